// No runtime encodes GBK, and all of them decode it: so the table is what comes out of decoding each pair of bytes.

const newline = 0x0a
/** The one character of one byte that is not ASCII, as Windows has it (code page 936). */
const euro = 0x80

/** GBK in both directions. */
interface GbkTable {
  /** The two bytes of a character as one number, the first one high. */
  readonly pairs: ReadonlyMap<string, number>
  /** Which pairs are characters. */
  readonly isPair: Uint8Array
}

let table: GbkTable | undefined

/** The bytes of a character: one, or two as one number. @returns undefined for one that GBK does not have */
export function gbkOf(character: string): number | undefined {
  const code = character.charCodeAt(0)
  if (code < 0x80) return code
  return character === '€' ? euro : gbkTable().pairs.get(character)
}

/** Bytes of the character at a place; 0 when there is none. */
export function gbkSize(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first <= euro) return 1
  const second = bytes[at + 1]
  if (second === undefined) return 0
  return gbkTable().isPair[first * 256 + second] === 1 ? 2 : 0
}

/** Whether a byte may be the first one of two. */
export function isGbkLead(byte: number): boolean {
  return byte > euro && byte < 0xff
}

function gbkTable(): GbkTable {
  return (table ??= makeTable())
}

function makeTable(): GbkTable {
  const all: number[] = []
  for (let first = 0x81; first <= 0xfe; first++) {
    for (let second = 0x40; second <= 0xfe; second++) all.push(first, second, newline)
  }
  const decoded = new TextDecoder('gbk').decode(Uint8Array.from(all)).split('\n')
  const pairs = new Map<string, number>()
  const isPair = new Uint8Array(65_536)
  for (const [index, character] of decoded.entries()) {
    // What is no pair is a mark of that, perhaps with the second byte behind it.
    if (character.length !== 1 || character === '\ufffd') continue
    const pair = (all[index * 3] ?? 0) * 256 + (all[index * 3 + 1] ?? 0)
    isPair[pair] = 1
    if (!pairs.has(character)) pairs.set(character, pair)
  }
  return { pairs, isPair }
}
