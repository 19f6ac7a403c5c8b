// Strings in wasm memory: WTF-8, that is UTF-8 in which a lone surrogate keeps
// three bytes of its own. TextEncoder and TextDecoder replace lone surrogates,
// so they serve only strings without any. Short strings are faster by hand:
// each call of the two costs about 0.1 µs before it does anything.

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Up to this many units a loop beats TextEncoder (measured in Chromium). */
const shortUnits = 64
/** Up to this many bytes a loop beats TextDecoder. */
const shortBytes = 96

/** Writes s at p and returns the position behind it. Needs 3 bytes a unit of room. */
export function putText(u8: Uint8Array, p: number, s: string): number {
  const n = s.length
  if (n > shortUnits && isWellFormed(s)) {
    return p + encoder.encodeInto(s, u8.subarray(p, p + 3 * n)).written
  }
  for (let i = 0; i < n; i++) {
    let c = s.charCodeAt(i)
    if (c < 0x80) {
      u8[p++] = c
      continue
    }
    if (c < 0x800) {
      u8[p++] = 0xc0 | (c >> 6)
    } else {
      if (c >= 0xd800 && c < 0xdc00 && i + 1 < n) {
        const low = s.charCodeAt(i + 1)
        if (low >= 0xdc00 && low < 0xe000) {
          c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00)
          i++
        }
      }
      if (c >= 0x10000) {
        u8[p++] = 0xf0 | (c >> 18)
        u8[p++] = 0x80 | ((c >> 12) & 0x3f)
      } else {
        u8[p++] = 0xe0 | (c >> 12)
      }
      u8[p++] = 0x80 | ((c >> 6) & 0x3f)
    }
    u8[p++] = 0x80 | (c & 0x3f)
  }
  return p
}

/** Reads the string between two positions. */
export function getText(u8: Uint8Array, start: number, end: number): string {
  const n = end - start
  if (n <= shortBytes) {
    const codes: number[] = new Array(n)
    for (let i = 0; i < n; i++) {
      const c = u8[start + i]!
      if (c >= 0x80) return getWide(u8, start, end)
      codes[i] = c
    }
    return String.fromCharCode.apply(null, codes)
  }
  const s = decoder.decode(u8.subarray(start, end))
  // the decoder's replacement character may stand for a lone surrogate
  return s.includes('\ufffd') ? getWide(u8, start, end) : s
}

/** Reads a block that is all ASCII as one string, or gives undefined. */
export function getASCII(u8: Uint8Array, start: number, end: number): string | undefined {
  const s = decoder.decode(u8.subarray(start, end))
  // a lone surrogate gives three replacement characters for its three bytes
  return s.length === end - start && !s.includes('\ufffd') ? s : undefined
}

function getWide(u8: Uint8Array, p: number, end: number): string {
  let s = ''
  while (p < end) {
    const c = u8[p++]!
    if (c < 0x80) {
      s += String.fromCharCode(c)
    } else if (c < 0xe0) {
      s += String.fromCharCode(((c & 0x1f) << 6) | (u8[p++]! & 0x3f))
    } else if (c < 0xf0) {
      s += String.fromCharCode(((c & 0x0f) << 12) | ((u8[p++]! & 0x3f) << 6) | (u8[p++]! & 0x3f))
    } else {
      s += String.fromCodePoint(
        ((c & 0x07) << 18) | ((u8[p++]! & 0x3f) << 12) | ((u8[p++]! & 0x3f) << 6) | (u8[p++]! & 0x3f),
      )
    }
  }
  return s
}

function isWellFormed(s: string): boolean {
  // ES2024; without it the loop, which needs no such promise, does all the work
  const probe = (s as { isWellFormed?: () => boolean }).isWellFormed
  return probe !== undefined && probe.call(s)
}
