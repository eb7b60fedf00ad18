// How values are written. One encoder serves all connections: it keeps nothing.
import type { ByteOperations, FrameOutput } from 'hawser'
import { Push, RespError, Status, type Value } from './values.js'

/** Put one value; text is joined by the outbox, so that small parts cost little. */
export function putValue(
  value: Value,
  output: FrameOutput,
  operations: ByteOperations,
  version: 2 | 3,
): void {
  if (typeof value === 'string') {
    output.text(`$${operations.byteLength(value)}\r\n${value}\r\n`)
  } else if (typeof value === 'number') {
    const isPlain = Number.isSafeInteger(value)
    if (isPlain) output.text(`:${value}\r\n`)
    else if (version === 3) output.text(`,${doubleText(value)}\r\n`)
    else putValue(doubleText(value), output, operations, version)
  } else if (value instanceof Status) output.text(`+${value.text}\r\n`)
  else if (value === null) output.text(version === 3 ? '_\r\n' : '$-1\r\n')
  else if (Array.isArray(value)) putAll('*', value, output, operations, version)
  else if (value instanceof Uint8Array) {
    output.text(`$${value.length}\r\n`)
    output.bytes(value)
    output.text('\r\n')
  } else if (value instanceof RespError) {
    output.text(`-${value.message.replaceAll(/[\r\n]/g, ' ')}\r\n`)
  } else if (value instanceof Push) {
    putAll(version === 3 ? '>' : '*', value.items, output, operations, version)
  } else if (value instanceof Map) putMap(value, output, operations, version)
  else if (value instanceof Set) {
    putAll(version === 3 ? '~' : '*', [...value], output, operations, version)
  } else if (typeof value === 'boolean') {
    if (version === 3) output.text(value ? '#t\r\n' : '#f\r\n')
    else output.text(value ? ':1\r\n' : ':0\r\n')
  } else if (typeof value === 'bigint') {
    if (version === 3) output.text(`(${value}\r\n`)
    else putValue(value.toString(), output, operations, version)
  }
}

function putAll(
  type: string,
  items: readonly Value[],
  output: FrameOutput,
  operations: ByteOperations,
  version: 2 | 3,
): void {
  // Texts are joined here: what is put piece by piece is joined again by the outbox.
  let text = `${type}${items.length}\r\n`
  for (const item of items) {
    if (typeof item === 'string') text += `$${operations.byteLength(item)}\r\n${item}\r\n`
    else {
      output.text(text)
      text = ''
      putValue(item, output, operations, version)
    }
  }
  if (text !== '') output.text(text)
}

function putMap(
  map: ReadonlyMap<Value, Value>,
  output: FrameOutput,
  operations: ByteOperations,
  version: 2 | 3,
): void {
  output.text(version === 3 ? `%${map.size}\r\n` : `*${map.size * 2}\r\n`)
  for (const [key, value] of map) {
    putValue(key, output, operations, version)
    putValue(value, output, operations, version)
  }
}

function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (Number.isFinite(value)) return String(value)
  return value > 0 ? 'inf' : '-inf'
}
