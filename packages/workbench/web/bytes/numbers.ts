/** What the bytes at a place are, taken as a number. */
export interface NumberRow {
  readonly name: string
  /** Undefined where there are too few bytes. */
  readonly little: string | undefined
  readonly big: string | undefined
}

type Reader = (view: DataView, little: boolean) => number | bigint

const readers: readonly (readonly [name: string, size: number, read: Reader])[] = [
  ['u8', 1, (view) => view.getUint8(0)],
  ['i8', 1, (view) => view.getInt8(0)],
  ['u16', 2, (view, little) => view.getUint16(0, little)],
  ['i16', 2, (view, little) => view.getInt16(0, little)],
  ['u32', 4, (view, little) => view.getUint32(0, little)],
  ['i32', 4, (view, little) => view.getInt32(0, little)],
  ['u64', 8, (view, little) => view.getBigUint64(0, little)],
  ['i64', 8, (view, little) => view.getBigInt64(0, little)],
  ['f32', 4, (view, little) => view.getFloat32(0, little)],
  ['f64', 8, (view, little) => view.getFloat64(0, little)],
]

/** The first bytes as numbers of every width, in both byte orders. */
export function readNumbers(bytes: Uint8Array): NumberRow[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return readers.map(([name, size, read]) => {
    if (bytes.length < size) return { name, little: undefined, big: undefined }
    const show = (little: boolean): string => {
      const value = read(view, little)
      return name === 'f32' ? Number(Number(value).toPrecision(8)).toString() : value.toString()
    }
    return { name, little: show(true), big: show(false) }
  })
}
