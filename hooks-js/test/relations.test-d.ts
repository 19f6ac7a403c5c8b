// Types of includes, aggregates, highlights and the hooks that take queries, as a user meets them; never run.

import {
  aggregate,
  type AggregateSpec,
  createClient,
  type Filter,
  highlight,
  type Include,
  type PageInfo,
  type Query,
  type Schema,
  type Store,
  type Watch,
  watch,
  type WatchAggregate,
  watchAggregate,
  watchCount,
} from '../../dist/npm/index.js'
import { type QueryResult, useAggregate, useAll, useCount, useIds, useMany, useOne, useQuery, useStatus, useSuspenseQuery } from '../../dist/npm/react.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function exact<_ extends true>(): void {}

type Author = { id: string; name: string; born?: Date }
type Post = { id: string; authorId: string; title: string; score?: number; tags: string[] }
type Comment = { id: string; postId: string; by: string; text: string }
type App = { Author: Author; Post: Post; Comment: Comment }

const schema = {
  Author: { relations: { posts: { type: 'hasMany', to: 'Post', foreignKey: 'authorId' }, first: { type: 'hasOne', to: 'Post', foreignKey: 'authorId' } } },
  Post: {
    indexes: [{ field: 'title', type: 'text', options: { minTokenLength: 2 } }],
    relations: {
      author: { type: 'belongsTo', to: 'Author', foreignKey: 'authorId' },
      comments: { type: 'hasMany', to: 'Comment', foreignKey: 'postId' },
      about: { type: 'variants', branches: [{ when: { title: 'x' }, relation: { type: 'belongsTo', to: 'Author', foreignKey: 'ref' } }, { when: {}, relation: { type: 'hasMany', to: 'Comment', foreignKey: 'postId' } }] },
    },
  },
  Comment: { relations: { by: { type: 'belongsTo', to: 'Author', foreignKey: 'by' } } },
} as const satisfies Schema<App>

const client = await createClient<App, typeof schema>({ schema })
const posts = client.stores.Post
const authors = client.stores('Author')

export async function includes(): Promise<void> {
  const { data, pageInfo } = await posts.findMany({ filter: { title: 'x' }, include: { author: true, comments: { filter: { by: 'x' }, sort: [{ field: 'text', dir: 'desc' }], limit: 3, include: { by: true } } }, page: { mode: 'cursor' } })
  const row = data[0]!
  exact<Equal<typeof pageInfo, PageInfo | undefined>>()
  exact<Equal<typeof row.title, string>>()
  exact<Equal<typeof row.author, Author | null>>()
  exact<Equal<(typeof row.comments)[0]['text'], string>>()
  // the relation hides the field of its name
  exact<Equal<(typeof row.comments)[0]['by'], Author | null>>()
  // @ts-expect-error about is not included
  row.about

  const one = await posts.findOne({ include: { about: true } })
  exact<Equal<NonNullable<typeof one>['about'], Author | null | Comment[]>>()
  const author = await authors.findOne({ include: { first: true, posts: {} } })
  exact<Equal<NonNullable<typeof author>['first'], Post | null>>()
  exact<Equal<NonNullable<typeof author>['posts'], Post[]>>()
  const plain = await posts.findMany({ filter: { title: 'x' } })
  exact<Equal<typeof plain.data, Post[]>>()

  // @ts-expect-error no such relation
  await posts.findMany({ include: { nobody: true } })
  // @ts-expect-error no such relation beside one that there is
  await posts.findMany({ include: { author: true, nobody: true } })
  // @ts-expect-error no such relation of comments
  await posts.findMany({ include: { comments: { include: { author: true } } } })
  // @ts-expect-error no false
  await posts.findMany({ include: { author: false } })
  // @ts-expect-error comments have no title to sort by
  await posts.findMany({ include: { comments: { sort: [{ field: 'title' }] } } })
  // @ts-expect-error a limit is a number
  await posts.findMany({ include: { comments: { limit: 'x' } } })
  // @ts-expect-error Author is no relation of Author
  await authors.findMany({ include: { author: true } })
}

/** Without the type of the schema relations are known by name only. */
export async function loose(store: Store<Post>): Promise<void> {
  const { data } = await store.findMany({ include: { author: true } })
  exact<Equal<(typeof data)[0]['author'], unknown>>()
  exact<Equal<(typeof data)[0]['title'], string>>()
}

export function lives(): void {
  const watching = watch(posts, { include: { author: true } }, ({ data }) => exact<Equal<(typeof data)[0]['author'], Author | null>>())
  exact<Equal<(typeof watching.current.data)[0]['author'], Author | null>>()
  const plain = watch(posts, undefined, ({ data }) => exact<Equal<typeof data, Post[]>>())
  exact<Equal<typeof plain.current.data, Post[]>>()
  const count = watchCount(posts, { title: { startsWith: 'x' } }, (n) => exact<Equal<typeof n, number>>())
  exact<Equal<typeof count.current, number>>()
  // @ts-expect-error a filter and not a query
  watchCount(posts, { filter: {} }, () => {})
}

/** Results fit what they are declared to be. */
export async function declared(): Promise<void> {
  type WithAuthor = Post & { author: Author | null }
  const watching: Watch<Post> = watch(posts, { filter: { title: 'x' } }, () => {})
  const everything: Watch<Post> = watch(posts, undefined, ({ data }) => exact<Equal<typeof data, Post[]>>())
  const including: Watch<WithAuthor> = watch(posts, { include: { author: true } }, ({ data }) => exact<Equal<(typeof data)[0]['author'], Author | null>>())
  const list: Watch<Post>[] = []
  list.push(watch(posts, { limit: 1 }, () => {}))
  list.push(watch(posts, undefined, () => {}), watching, everything)
  const each: Watch<Post>[] = ['x'].map((title) => watch(posts, { filter: { title } }, () => {}))
  const found: { data: Post[]; pageInfo?: PageInfo } = await posts.findMany({ filter: { title: 'x' } })
  const both: { data: WithAuthor[] } = await posts.findMany({ include: { author: true } })
  const one: Post | undefined = await posts.findOne({ filter: { title: 'x' } })
  const author: WithAuthor | undefined = await posts.findOne({ include: { author: true } })
  const [counts]: { authorId: string | null; n: number }[] = await aggregate(posts, { groupBy: ['authorId'], metrics: { n: 'count' } })
  const live: WatchAggregate<{ n: number }> = watchAggregate(posts, { metrics: { n: 'count' } }, () => {})
  void [including, each, found, both, one, author, counts, live]
  // @ts-expect-error the comments are not included
  const more: Watch<Post & { comments: Comment[] }> = watch(posts, { include: { author: true } }, () => {})
  // @ts-expect-error rows of another store
  const other: Watch<Author> = watch(posts, { filter: { title: 'x' } }, () => {})
  // @ts-expect-error no such field, though the result is declared
  const wrong: Watch<Post> = watch(posts, { filter: { nope: 1 } }, () => {})
  void [more, other, wrong]
}

export function DeclaredHooks(): void {
  const all: Post[] = useAll(posts)
  const including: (Post & { comments: Comment[] })[] = useAll(posts, { include: { comments: true } })
  const one: Post | undefined = useOne(posts, 'x')
  const many: Post[] = useMany(posts, ['x'])
  const query: QueryResult<Post> = useQuery(posts, { filter: { title: 'x' } })
  const suspended: { data: Post[] } = useSuspenseQuery(posts, { filter: { title: 'x' } })
  const [group]: { n: number }[] = useAggregate(posts, { metrics: { n: 'count' } })
  void [all, including, one, many, query, suspended, group]
}

export async function aggregates(): Promise<void> {
  const rows = await aggregate(posts, { filter: { title: 'x' }, groupBy: ['authorId'], metrics: { n: 'count', sum: { sum: 'score' }, avg: { avg: 'score' }, last: { max: 'title' }, scored: { count: 'score' } } })
  const row = rows[0]!
  exact<Equal<typeof row.authorId, string | null>>()
  exact<Equal<typeof row.n, number>>()
  exact<Equal<typeof row.sum, number | null>>()
  exact<Equal<typeof row.avg, number | null>>()
  exact<Equal<typeof row.last, string | null>>()
  exact<Equal<typeof row.scored, number>>()
  const born = await aggregate(authors, { metrics: { first: { min: 'born' } } })
  exact<Equal<(typeof born)[0]['first'], Date | null>>()
  const live = watchAggregate(posts, { groupBy: ['title'], metrics: { n: 'count' } }, (groups) => exact<Equal<(typeof groups)[0]['n'], number>>())
  exact<Equal<(typeof live.current)[0]['title'], string | null>>()
  const spec: AggregateSpec<Post> = { groupBy: ['authorId'], metrics: { n: 'count' } }
  void spec
  // @ts-expect-error no such field
  await aggregate(posts, { groupBy: ['nope'], metrics: {} })
  // @ts-expect-error no such field
  await aggregate(posts, { metrics: { n: { sum: 'nope' } } })
  // @ts-expect-error no such metric
  await aggregate(posts, { metrics: { n: { median: 'score' } } })
  // @ts-expect-error metrics are needed
  await aggregate(posts, { groupBy: ['title'] })
}

export function highlights(row: Post): void {
  const found = highlight(row, 'title', 'x')
  exact<Equal<typeof found, { start: number; end: number; index?: number }[]>>()
  highlight(row, 'tags', { query: 'x', mode: 'fuzzy', distance: 2 }, { tokenizer: 'whitespace' })
  highlight(row, 'title', { filter: { title: { text: { query: 'x' } } } } satisfies Query<Post>)
  highlight(undefined as Post | undefined, 'title', 'x')
  // @ts-expect-error no such field
  highlight(row, 'nope', 'x')
}

export function Hooks(): void {
  const all = useAll(posts, { include: { comments: true } })
  exact<Equal<(typeof all)[0]['comments'], Comment[]>>()
  const one = useOne(posts, 'x', { include: { author: { include: { posts: true } } } })
  exact<Equal<NonNullable<NonNullable<typeof one>['author']>['posts'], Post[]>>()
  const many = useMany(posts, ['x'], { include: { author: true } })
  exact<Equal<(typeof many)[0]['author'], Author | null>>()
  exact<Equal<ReturnType<typeof useMany<Post, {}>>, Post[]>>()
  const ids = useIds(posts, { filter: { title: 'x' } })
  exact<Equal<typeof ids, string[]>>()
  const query = useQuery(posts, { include: { author: true } }, { fetchPolicy: 'cache-and-network' })
  exact<Equal<(typeof query.data)[0]['author'], Author | null>>()
  exact<Equal<typeof query.status, 'pending' | 'success' | 'error'>>()
  exact<Equal<ReturnType<typeof query.refetch>, Promise<void>>>()
  const plain = useQuery(posts)
  exact<Equal<typeof plain.data, Post[]>>()
  const { data } = useSuspenseQuery(posts, { limit: 5 })
  exact<Equal<typeof data, Post[]>>()
  exact<Equal<ReturnType<typeof useCount<Post, {}>>, number>>()
  useCount(posts, { title: 'x' })
  const [groups] = useAggregate(posts, { metrics: { n: 'count' } })
  exact<Equal<NonNullable<typeof groups>['n'], number>>()
  exact<Equal<ReturnType<typeof useStatus>, { hydrated: boolean; pendingWrites: number }>>()
  useStatus(client)
  // @ts-expect-error no such policy
  useQuery(posts, {}, { fetchPolicy: 'sometimes' })
  // @ts-expect-error no such relation
  useAll(posts, { include: { nobody: true } })
  // @ts-expect-error ids
  useMany(posts, [5])
  // @ts-expect-error no such field
  useCount(posts, { nope: 1 })
}

// Named types compose.
const filter: Filter<Post> = { op: 'text', field: 'title', query: 'x', mode: 'fuzzy', distance: 1 }
const include: Include<{}> = {}
void [filter, include]
