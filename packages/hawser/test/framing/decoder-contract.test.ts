import { type ByteOperations, framing, FramingError, lines, raw } from 'hawser'
import type { CloseInfo, Connection, Decoder, Emit, Framing } from 'hawser'
import { connectPeer, FrameReader } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { bufferOperations } from '../../src/connection/buffer-operations.js'
import { catchError } from './support/errors.js'

type Decode = (bytes: Uint8Array, emit: Emit<string>) => number

/** A framing whose decoder does what the test says. */
function custom(decode: Decode, more: Partial<Decoder<string>> = {}): Framing<string> {
  return framing({
    name: 'own',
    maxFrame: 1000,
    decoder: () => ({ decode, ...more }),
    encoder: () => ({ encode: (message, output) => output.text(message) }),
  })
}

const read = (from: Framing<string>): FrameReader<string> => new FrameReader(from, bufferOperations)
const five = Uint8Array.from([1, 2, 3, 4, 5])
const nothing = undefined as unknown as number
const take = (): boolean => true

describe('a decoder of a user that breaks the contract', () => {
  it.each<[string, Decode, string]>([
    [
      'returns nothing',
      () => nothing,
      'returned undefined as the number of bytes consumed, and 0 … 5',
    ],
    ['returns NaN', () => NaN, 'returned NaN as'],
    ['returns less than nothing', () => -1, 'returned -1 as'],
    ['returns more than there is', () => 6, 'returned 6 as'],
    ['returns a part of a byte', () => 1.5, 'returned 1.5 as'],
    ['returns text', () => '5' as unknown as number, 'returned "5" as'],
    [
      'returns a promise',
      () => Promise.reject(new Error('late')) as unknown as number,
      'returned a promise, and must return the number of bytes consumed at once',
    ],
    [
      'returns less than it emitted',
      (_bytes, emit) => (emit('a', 3), 2),
      'returned 2 as the number of bytes consumed, and 3 … 5 are possible',
    ],
    [
      'emits without an end',
      (_bytes, emit) => (emit('a', nothing), 5),
      'emitted a frame that ends at byte undefined, and 1 … 5 are possible',
    ],
    ['emits NaN', (_bytes, emit) => (emit('a', NaN), 5), 'ends at byte NaN'],
    ['emits past its bytes', (_bytes, emit) => (emit('a', 6), 5), 'ends at byte 6'],
    ['emits a part of a byte', (_bytes, emit) => (emit('a', 2.5), 5), 'ends at byte 2.5'],
    ['emits a frame of no bytes', (_bytes, emit) => (emit('a', 0), 5), 'ends at byte 0'],
    [
      'looks twice',
      (_bytes, emit) => (emit('a', 0), emit('b', 0), 0),
      'emitted a frame that ends at byte 0, and 1 … 5 are possible',
    ],
    [
      'goes backwards to the beginning',
      (_bytes, emit) => (emit('a', 4), emit('b', 0), 5),
      'emitted a frame that ends at byte 0, and 4 … 5 are possible',
    ],
    [
      'goes backwards',
      (_bytes, emit) => (emit('a', 4), emit('b', 3), 5),
      'emitted a frame that ends at byte 3, and 4 … 5 are possible',
    ],
  ])('%s', (_situation, decode, says) => {
    for (const hold of [false, true]) {
      const reader = read(custom(decode))
      const error = catchError(() => {
        if (!hold) return reader.feed(five, true, 0, take)
        reader.append(five, true)
        reader.decode(take)
      })
      expect(error).toBeInstanceOf(FramingError)
      expect(error.code).toBe('HAWSER_DECODER_INVALID')
      expect(error.message).toMatch(/^the decoder of "own" (?:returned|emitted) /)
      expect(error.message).toContain(says)
    }
  })

  it.each<[string, Decode, string]>([
    [
      'emits again',
      (_bytes, emit) => (emit('a', 1), emit('b', 2), 2),
      'emitted a frame after emit had returned false at byte 1',
    ],
    [
      'consumes more than the frame',
      (_bytes, emit) => (emit('a', 1), 5),
      'returned 5 as the number of bytes consumed, and emit had returned false at byte 1',
    ],
  ])('%s when it was stopped', (_situation, decode, says) => {
    const taken: string[] = []
    const reader = read(custom(decode))
    const error = catchError(() => reader.feed(five, true, 0, (text) => taken.push(text) === 0))
    expect(error.code).toBe('HAWSER_DECODER_INVALID')
    expect(error.message).toContain(says)
    expect(taken).toEqual(['a'])
  })

  it('is found out at the end of the stream as well', () => {
    const end = (_rest: Uint8Array, emit: Emit<string>): void => void emit('last', 6)
    const reader = read(custom(() => 0, { end }))
    reader.append(five, true)
    const error = catchError(() => reader.finish(take))
    expect(error.code).toBe('HAWSER_DECODER_INVALID')
    expect(error.message).toContain('ends at byte 6, and 0 … 5 are possible')
  })

  it('delivers nothing of what it emits later', async () => {
    const taken: string[] = []
    let kept: Emit<string> = take
    const reader = read(custom((bytes, emit) => ((kept = emit), bytes.length)))
    reader.feed(five, true, 0, (text) => taken.push(text) > 0)
    expect(kept('late', 1)).toBe(false)
    expect(taken).toEqual([])
  })
})

describe('a decoder that keeps the contract', () => {
  it('may emit at the end of the stream without a byte left, and several frames with one end', () => {
    const taken: string[] = []
    const keep = (text: string): boolean => taken.push(text) > 0
    const end = (_rest: Uint8Array, emit: Emit<string>): void => void emit('last', 0)
    const reader = read(
      custom((bytes, emit) => (emit('a', 5), emit('b', 5), bytes.length), { end }),
    )
    reader.feed(five, true, 0, keep)
    reader.finish(keep)
    expect(taken).toEqual(['a', 'b', 'last'])
  })

  it('may look at what is there, once before it consumes a byte', () => {
    const taken: string[] = []
    const keep = (text: string): boolean => taken.push(text) > 0
    let calls = 0
    const reader = read(
      custom((bytes, emit) => {
        calls++
        if (calls === 1) return (emit('look', 0), 0)
        if (calls === 2) return (emit('frame', 5), 5)
        return (emit('look again', 0), emit('frame', bytes.length), bytes.length)
      }),
    )
    for (let count = 0; count < 3; count++) reader.feed(five, true, 0, keep)
    expect(taken).toEqual(['look', 'frame', 'look again', 'frame'])
    const twice = read(custom((_bytes, emit) => (emit('look', 0), 0)))
    twice.feed(five, true, 0, keep)
    expect(catchError(() => twice.feed(five, true, 0, keep)).code).toBe('HAWSER_DECODER_INVALID')
  })

  it('leaves all bytes to the framing that is switched to behind a look', () => {
    const reader: FrameReader<unknown> = read(custom((_bytes, emit) => (emit('look', 0), 0)))
    reader.feed(new Uint8Array(5000), true, 0, take)
    const read5000: unknown[] = []
    reader.switchTo(raw()).decode((message) => read5000.push(message) > 0)
    expect(read5000).toEqual([new Uint8Array(5000)])
  })

  it('may decode while another one does', () => {
    const taken: string[] = []
    const inner = read(lines())
    const outer = read(lines())
    const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text))
    outer.feed(bytes('a\nb\nc'), true, 0, (line) => {
      inner.feed(bytes(`${line}1\n${line}2\n`), true, 0, (text) => taken.push(text) > 0)
      return taken.push(line) > 0
    })
    expect(taken).toEqual(['a1', 'a2', 'a', 'b1', 'b2', 'b'])
    expect(outer.undecoded).toBe(1)
  })

  it('leaves as much as it likes when it was stopped', () => {
    const reader = read(lines({ maxFrame: 10 }))
    reader.feed(Uint8Array.from(Buffer.from('a\n'.repeat(1000))), true, 0, () => false)
    expect(reader.undecoded).toBe(1998)
  })
})

/** A framing that never finds an end, and where its overhead lies. */
function endless(overhead?: number): Framing<string> {
  return framing<string>({
    name: 'endless',
    maxFrame: 1000,
    overhead,
    decoder: (_operations: ByteOperations): Decoder<string> => ({ decode: () => 0 }),
    encoder: () => ({ encode: (message, output) => output.text(message) }),
  })
}

describe('a decoder that finds no end', () => {
  it.each([
    [undefined, 64],
    [0, 0],
    [24, 24],
  ])('may leave maxFrame and the overhead of its framing, %s', (option, overhead) => {
    const reader = read(endless(option))
    reader.feed(new Uint8Array(1000), true, 0, take)
    if (overhead > 0) reader.feed(new Uint8Array(overhead), true, 0, take)
    expect(reader.buffered).toBe(1000 + overhead)
    const error = catchError(() => reader.feed(five, true, 0, take))
    expect(error.code).toBe('HAWSER_FRAME_TOO_LARGE')
    expect(error.message).toContain(
      `the decoder of "endless" found no end of a frame in ${1005 + overhead} bytes, and maxFrame is ` +
        `1000 with ${overhead} bytes of overhead`,
    )
  })

  it.each<[string, (connection: Connection<string>) => AsyncIterable<unknown>]>([
    ['iteration', (connection) => connection],
    ['a WHATWG stream', (connection) => connection.readable],
    ['a Node.js stream', (connection) => connection.duplex()],
  ])('is cut off before it fills the memory: %s', async (_way, sourceOf) => {
    const { connection, peer } = connectPeer({ framing: endless(), inbox: 4000 })
    const loop = (async () => {
      for await (const _message of sourceOf(connection));
    })().catch(() => {})
    const { info, sent } = await flood(connection, peer)
    await loop
    expect(info).toMatchObject({ reason: 'frame-too-large', by: 'error' })
    expect(sent).toBeLessThan(300_000)
  })

  it('is cut off before it fills the memory: a handler object', async () => {
    const handler = { message: (): void => undefined }
    const { connection, peer } = connectPeer({ framing: endless(), inbox: 4000, handler })
    const { info, sent } = await flood(connection, peer)
    expect(info).toMatchObject({ reason: 'frame-too-large', by: 'error' })
    expect(sent).toBeLessThan(300_000)
  })
})

/** Sends until the connection is over, at most 16 MB. */
async function flood(
  connection: Connection<string>,
  peer: ReturnType<typeof connectPeer>['peer'],
): Promise<{ info: CloseInfo; sent: number }> {
  const chunk = new Uint8Array(16_384)
  let sent = 0
  while (connection.phase === 'open' && sent < 16_000_000) {
    await peer.send(chunk).catch(() => {})
    sent += chunk.length
  }
  peer.end()
  return { info: await connection.closed, sent }
}
