const short = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })

/** "now", "5m", "3h", "2d", then a date: narrow enough for the end of a row. */
export function age(date: Date, now: number): string {
  const minutes = Math.floor((now - date.getTime()) / 60_000)
  if (minutes < 1) return 'now'
  if (minutes < 60) return `${minutes}m`
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}h`
  if (minutes < 7 * 24 * 60) return `${Math.floor(minutes / (24 * 60))}d`
  return short.format(date)
}

export const count = (n: number): string => n.toLocaleString('en')

export const milliseconds = (ms: number): string => `${ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`
