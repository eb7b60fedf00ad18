import { decodeRowsFrame, viewFlags } from '../../src/protocol/rows-frame.js'

/** A row of the log, as far as it was sent. */
export interface Row {
  /** Its number in the log. */
  readonly number: number
  /** Milliseconds since 1970, with a fraction. */
  readonly time: number
  readonly connection: number
  readonly kind: RowKind
  readonly flags: number
  /** Bytes that its direction had before it, modulo 2³²; 0 in a view of messages. */
  readonly position: number
  /** How many bytes it has in the log. */
  readonly length: number
  /** Its first bytes, or those that were asked for. */
  readonly bytes: Uint8Array
}

export type RowKind = 'in' | 'out' | 'event' | 'lost'

/** What there is to say of a row: the bits of the log's format, and those of a view of messages. */
export const flags = { tls: 1, cut: 2, changed: 4, byHand: 8, repeated: 16, ...viewFlags } as const

const kinds: readonly RowKind[] = ['event', 'in', 'out', 'event', 'lost']
const blockHeader = 64
const rowSize = 32

/** The rows of a binary frame, and the request that it replies to. */
export function decodeRows(frame: ArrayBuffer): { readonly id: number; readonly rows: Row[] } {
  const { id, numbers, lengths, block } = decodeRowsFrame(new Uint8Array(frame))
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength)
  const dataAt = blockHeader + numbers.length * rowSize
  const rows = numbers.map((number, index): Row => {
    const at = blockHeader + index * rowSize
    const begin = dataAt + view.getUint32(at + 12, true)
    return {
      number,
      time: view.getFloat64(at, true),
      connection: view.getUint32(at + 8, true),
      kind: kinds[view.getUint8(at + 24)] ?? 'event',
      flags: view.getUint8(at + 25),
      position: view.getUint32(at + 20, true),
      length: lengths[index] ?? 0,
      bytes: block.slice(begin, begin + view.getUint32(at + 16, true)),
    }
  })
  return { id, rows }
}
