/** Names that are kept: nodes that take turns rarely share a place. */
const places = 64

/** A name, and the bytes it was read from. */
interface Known {
  readonly bytes: Uint8Array
  readonly name: string
}

/** Finds the texts of names that were read before, which costs a tenth of reading them again. */
export class Names {
  readonly #known: (Known | undefined)[] = []

  /**
   * The name in these bytes, which begin at `start`.
   *
   * @param read reads it the first time; undefined when it is none
   */
  find(
    data: Uint8Array,
    start: number,
    end: number,
    read: () => string | undefined,
  ): string | undefined {
    const place = ((data[end - 1] ?? 0) ^ ((data[end - 2] ?? 0) << 2) ^ end) & (places - 1)
    const known = this.#known[place]
    if (known !== undefined && isSame(known.bytes, data, start, end)) return known.name
    const name = read()
    if (name !== undefined) this.#known[place] = { bytes: data.slice(start, end), name }
    return name
  }
}

function isSame(bytes: Uint8Array, data: Uint8Array, start: number, end: number): boolean {
  if (bytes.length !== end - start) return false
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] !== data[start + at]) return false
  return true
}
