const whole = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 })
const exact = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' })
const short = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR', notation: 'compact', maximumSignificantDigits: 4 })

/** €1,234 */
export const euros = (amount: number): string => whole.format(amount)

/** €1,234.50 */
export const price = (amount: number): string => exact.format(amount)

/** €1.23M, and small sums in full: a total that changes must not change its width much. */
export const total = (amount: number): string => (amount < 100_000 ? whole.format(amount) : short.format(amount))
