// What the explorer shows: orders of a shop, the same ones on every run.

import { createClient, type Client, type Store } from 'atoma-wasm'
import { randomFrom } from '../samples'

export const categories = ['Lighting', 'Kitchen', 'Desk', 'Textiles', 'Garden', 'Travel'] as const
export const statuses = ['placed', 'packed', 'shipped', 'delivered', 'returned'] as const
export const countries = [
  'Brazil', 'Canada', 'France', 'Germany', 'Ireland', 'Italy', 'Japan', 'Netherlands', 'Norway', 'Poland',
  'Portugal', 'Spain',
] as const

export type Category = (typeof categories)[number]
export type Status = (typeof statuses)[number]
export type Country = (typeof countries)[number]

export interface Order {
  id: string
  title: string
  category: Category
  customer: string
  country: Country
  /** In euros. */
  amount: number
  /** Which bar of the histogram the amount is in. */
  band: number
  /** 1 to 5; null until somebody has rated it. */
  rating: number | null
  status: Status
  placedAt: Date
  updatedAt: Date
}

export type Orders = Store<Order>

/** Every field that is searched or sorted by at any size. The small ones are quick enough to scan. */
const indexes = [
  { field: 'title', type: 'text' },
  { field: 'title', type: 'substring' },
  { field: 'title', type: 'string' },
  { field: 'customer', type: 'text' },
  { field: 'customer', type: 'substring' },
  { field: 'customer', type: 'string' },
  { field: 'amount', type: 'number' },
  { field: 'placedAt', type: 'date' },
  { field: 'updatedAt', type: 'date' },
] as const

export const indexCount = indexes.length

export const openClient = (): Promise<Client<{ Order: Order }>> =>
  createClient<{ Order: Order }>({ schema: { Order: { indexes: [...indexes] } } })

const makes = [
  'Walnut', 'Oak', 'Ash', 'Brass', 'Copper', 'Linen', 'Enamel', 'Stoneware', 'Porcelain', 'Bamboo', 'Leather',
  'Canvas', 'Cork', 'Glass', 'Marble', 'Steel', 'Wool', 'Rattan', 'Birch', 'Terracotta', 'Felt', 'Cotton',
]
const traits = [
  'folding', 'travel', 'studio', 'everyday', 'heirloom', 'weekend', 'compact', 'stacking', 'slim', 'hand-thrown',
  'quilted', 'ribbed', 'matte', 'speckled', 'tall', 'round',
]
const things: Record<Category, readonly string[]> = {
  Lighting: ['desk lamp', 'pendant', 'candle holder', 'floor lamp', 'lantern', 'wall light', 'lampshade'],
  Kitchen: ['kettle', 'chopping board', 'mug', 'serving bowl', 'pepper mill', 'teapot', 'salad servers', 'coffee dripper'],
  Desk: ['notebook', 'pen tray', 'letter opener', 'bookends', 'monitor stand', 'paperweight', 'drawer organiser'],
  Textiles: ['throw', 'cushion', 'tea towel', 'apron', 'bath mat', 'table runner', 'blanket'],
  Garden: ['planter', 'watering can', 'plant stand', 'bird feeder', 'trowel', 'garden stool'],
  Travel: ['weekender', 'wash bag', 'passport cover', 'luggage tag', 'water bottle', 'umbrella'],
}
const firstNames = [
  'Ines', 'Tomasz', 'Marguerite', 'Paul', 'Anneliese', 'Bo', 'Katharina', 'Samuel', 'Haruto', 'Yui', 'Mateus',
  'Beatriz', 'Saoirse', 'Cillian', 'Giulia', 'Lorenzo', 'Astrid', 'Henrik', 'Zofia', 'Jakub', 'Carmen', 'Diego',
  'Femke', 'Joris', 'Camille', 'Antoine', 'Leonor', 'Duarte', 'Maya', 'Noah', 'Rin', 'Sota',
]
const lastNames = [
  'Almeida', 'Bauer', 'Costa', 'de Vries', 'Eriksen', 'Fontaine', 'García', 'Hansen', 'Ito', 'Jansen', 'Kowalski',
  'Lefèvre', 'Moretti', 'Nakamura', 'O’Brien', 'Pereira', 'Quinn', 'Rossi', 'Schneider', 'Tanaka', 'Ueda', 'Vidal',
  'Walsh', 'Xavier', 'Yamada', 'Zieliński', 'Bergström', 'Castillo', 'Dubois', 'Fischer', 'Marchetti', 'Nowak',
  'Okafor', 'Romero', 'Sørensen', 'Whitfield',
]

const day = 86_400_000
export const bands = 28
const least = 4
const most = 2_400

/** The amount at which bar `band` begins; the bars are equally wide on a logarithmic scale. */
export const bandStart = (band: number): number => least * (most / least) ** (band / bands)
export const bandOf = (amount: number): number =>
  Math.max(0, Math.min(bands - 1, Math.floor((Math.log(amount / least) / Math.log(most / least)) * bands)))

/** An amount as people spend them: mostly a few dozen euros, sometimes a thousand. */
export function amountFrom(random: () => number): number {
  const bell = (random() + random() + random() + random()) / 4
  const amount = least * 1.05 * (most / least) ** (0.04 + bell * 0.88)
  return Math.round(amount * 100) / 100
}

/** How far an order of so many days has come. */
function statusAt(days: number, random: () => number): Status {
  const chance = random()
  if (days < 2) return 'placed'
  if (days < 5) return chance < 0.5 ? 'placed' : 'packed'
  if (days < 16) return chance < 0.5 ? 'packed' : 'shipped'
  return chance < 0.06 ? 'returned' : chance < 0.13 ? 'shipped' : 'delivered'
}

export const orderId = (n: number): string => `order-${String(n).padStart(6, '0')}`

export function* makeOrders(total: number, chunk: number, now: number): Generator<Order[]> {
  const random = randomFrom(7)
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
  // the first of a list more often than the last
  const lean = <T>(of: readonly T[]): T => of[Math.floor(random() ** 1.6 * of.length)]!
  let made = 0
  while (made < total) {
    const rows = Array.from({ length: Math.min(chunk, total - made) }, (_, i): Order => {
      const category = lean(categories)
      const age = random() ** 1.5 * 540 * day
      const status = statusAt(age / day, random)
      const amount = amountFrom(random)
      const placedAt = new Date(Math.floor(now - age))
      return {
        id: orderId(made + i),
        title: `${pick(makes)} ${pick(traits)} ${pick(things[category])}`,
        category,
        customer: `${pick(firstNames)} ${pick(lastNames)}`,
        country: countries[Math.floor(((random() + random()) / 2) * countries.length)]!,
        amount,
        band: bandOf(amount),
        rating: status === 'delivered' && random() < 0.7 ? Math.ceil(5 * random() ** 0.45) : null,
        status,
        placedAt,
        updatedAt: new Date(Math.floor(now - age * random())),
      }
    })
    made += rows.length
    yield rows
  }
}
