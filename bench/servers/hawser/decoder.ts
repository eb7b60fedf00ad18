import { lines } from 'hawser'
import { FrameReader } from 'hawser/testing'
import type { bufferOperations as Operations } from '../../../packages/hawser/src/connection/buffer-operations.js'
import { answerMeasurements, readCpu } from '../../support/measured.js'

// What a connection hands its decoder is not public, and the decoder is to be measured as it is used.
const operations = new URL(
  '../../../../packages/hawser/dist/connection/buffer-operations.js',
  import.meta.url,
)
const { bufferOperations } = (await import(operations.href)) as {
  bufferOperations: typeof Operations
}

const letter = Buffer.from('x')
const newline = Buffer.from('\n')

/** Feed a line of `length` bytes one by one; the microseconds of processor time it took. */
function decodeByteByByte(length: number): number {
  const reader = new FrameReader(lines({ maxFrame: length }), bufferOperations)
  let received = 0
  const emit = (line: string): boolean => {
    received = line.length
    return true
  }
  const began = readCpu()
  for (let i = 0; i < length; i++) reader.feed(letter, true, 0, emit)
  reader.feed(newline, true, 0, emit)
  const elapsed = readCpu() - began
  if (received !== length) throw new Error(`a line of ${received} bytes instead of ${length}`)
  return elapsed
}

answerMeasurements(0, { decode: (length) => decodeByteByByte(length as number) })
