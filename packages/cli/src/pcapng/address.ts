/** @returns the 4 bytes of an IPv4 address, the 16 of an IPv6 address, undefined for anything else */
export function addressBytes(address: string): number[] | undefined {
  return bytesOfFour(address) ?? bytesOfSix(address)
}

/** @returns 16 bytes, of an IPv4 address as IPv6 has it: `::ffff:192.0.2.1` (RFC 4291, section 2.5.5.2) */
export function asSix(bytes: readonly number[]): readonly number[] {
  return bytes.length === 16 ? bytes : [...Array<number>(10).fill(0), 0xff, 0xff, ...bytes]
}

function bytesOfFour(text: string): number[] | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined
  const bytes = text.split('.').map(Number)
  return bytes.every((byte) => byte <= 255) ? bytes : undefined
}

/** RFC 4291, section 2.2; a zone behind `%` is left out. */
function bytesOfSix(text: string): number[] | undefined {
  const [plain = ''] = text.split('%')
  const sides = plain.split('::').map((side) => (side === '' ? [] : side.split(':')))
  const [front, back] = sides.map((groups) => groups.map(bytesOfGroup))
  if (front === undefined || sides.length > 2) return undefined
  const groups = [...front, ...(back ?? [])]
  const known = groups.flatMap((group) => group ?? [])
  const isWhole = back === undefined ? known.length === 16 : known.length < 16
  if (groups.includes(undefined) || !isWhole) return undefined
  const middle = Array<number>(16 - known.length).fill(0)
  const ahead = front.flatMap((group) => group ?? [])
  return [...ahead, ...middle, ...known.slice(ahead.length)]
}

/** Four hexadecimal digits at most, or an IPv4 address. */
function bytesOfGroup(group: string): number[] | undefined {
  if (!/^[\da-f]{1,4}$/i.test(group)) return bytesOfFour(group)
  const value = Number.parseInt(group, 16)
  return [value >>> 8, value & 0xff]
}
