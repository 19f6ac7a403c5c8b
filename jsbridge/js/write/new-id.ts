// Ids of rows that were added without one, where they are needed before the
// engine sees the row: UUIDs of version 7 (RFC 9562, method 1: the time in
// milliseconds, then a counter, then random bits), in order of creation.

const random = new Uint8Array(16)
let last = 0
let counter = 0

export function newId(): string {
  crypto.getRandomValues(random)
  const now = Date.now()
  if (now > last) {
    last = now
    counter = ((random[6]! & 7) << 8) | random[7]!
  } else if (++counter > 0xfff) {
    last++
    counter = 0
  }
  for (let i = 5, t = last; i >= 0; i--, t = Math.floor(t / 256)) random[i] = t % 256
  random[6] = 0x70 | (counter >>> 8)
  random[7] = counter & 0xff
  random[8] = 0x80 | (random[8]! & 0x3f)
  let text = ''
  for (let i = 0; i < 16; i++) {
    text += random[i]!.toString(16).padStart(2, '0')
    if (i === 3 || i === 5 || i === 7 || i === 9) text += '-'
  }
  return text
}
