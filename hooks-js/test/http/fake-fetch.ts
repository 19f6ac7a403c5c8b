// A fetch that a test answers.

import { parse } from '../../../backends/http/tagged.js'
import type { Fields } from './server.js'

export type Sent = { method: string; url: string; headers: Headers; body: Fields | undefined; signal: AbortSignal }
type Answer = Response | Error | Promise<Response> | ((sent: Sent) => Response | Promise<Response>)

export const json = (status: number, body?: unknown, headers: Record<string, string> = {}): Response =>
  new Response(body === undefined ? null : JSON.stringify(body), { status, headers })

/** Answers by what the operations are: all are done. */
export const allDone = ({ method, url, body }: Sent): Response => {
  if (url.endsWith('/query')) return json(200, { data: [] })
  if (!url.endsWith('/batch')) return json(method === 'DELETE' ? 204 : 200)
  const operations = body!['operations'] as Fields[]
  return json(200, { results: operations.map(({ op }) => (op === 'query' ? { status: 200, data: [] } : { status: 200 })) })
}

/** Gives the answers in turn, the last one for ever; an Error is a failing network. Notes what was sent. */
export function fakeFetch(...answers: Answer[]): { fetch: typeof fetch; sent: Sent[] } {
  const sent: Sent[] = []
  const call = async (url: string, init: RequestInit): Promise<Response> => {
    const request: Sent = {
      method: init.method!,
      url,
      headers: new Headers(init.headers),
      body: init.body === undefined ? undefined : (parse(init.body as string) as Fields),
      signal: init.signal!,
    }
    const answer = answers[Math.min(sent.length, answers.length - 1)] ?? allDone
    sent.push(request)
    if (answer instanceof Error) throw answer
    if (typeof answer === 'function') return answer(request)
    return answer instanceof Response ? answer.clone() : answer
  }
  return { fetch: call as typeof fetch, sent }
}
