import { framing, type HawserError, lines } from 'hawser'
import { connectPeer } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { attach } from './support/attach.js'
import { collect, defer, stateOf, turns } from './support/turns.js'

describe('a loop over a connection', () => {
  it('loses nothing when it is left and another follows', async () => {
    const { connection, peer } = attach()
    await peer.send('a\nb\nc\nd')
    await turns()
    for await (const line of connection) if (line === 'a') break
    for await (const line of connection) {
      expect(line).toBe('b')
      break
    }
    peer.end()
    expect(await collect(connection)).toEqual(['c', 'd'])
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'ended' })
  })

  it('goes on after an exception in its body', async () => {
    const { connection, peer } = attach()
    await peer.send('a\nb\n')
    await expect(
      (async () => {
        for await (const line of connection) throw new Error(`no ${line}`)
      })(),
    ).rejects.toThrow('no a')
    peer.end()
    expect(await collect(connection)).toEqual(['b'])
  })

  it('has at most 256 messages decoded ahead of it, however many have arrived', async () => {
    let decoded = 0
    const counting = framing<string, string>({
      name: 'counted-bytes',
      maxFrame: 1,
      decoder: () => ({
        decode(bytes, emit) {
          for (let at = 0; at < bytes.length; at += 1) {
            decoded += 1
            if (!emit(String.fromCharCode(bytes[at] as number), at + 1)) return at + 1
          }
          return bytes.length
        },
      }),
      encoder: () => ({ encode: (message, output) => output.text(message) }),
    })
    const { connection, peer } = connectPeer({ framing: counting })
    await peer.send('m'.repeat(10_000))
    await turns()
    expect(connection.bytesRead).toBe(10_000)
    const messages = connection[Symbol.asyncIterator]()
    for (let taken = 1; taken <= 1_000; taken += 1) {
      expect(await messages.next()).toMatchObject({ value: 'm' })
      expect(decoded - taken).toBeLessThan(256)
    }
    connection.reset()
    await connection.closed
  })

  it('is answered in order when it asks for several at once', async () => {
    const { connection, peer } = attach()
    const iterator = connection[Symbol.asyncIterator]()
    const asked = [1, 2, 3, 4, 5].map(() => iterator.next())
    await peer.send('a\nb\nc\n')
    peer.end()
    expect((await Promise.all(asked)).map(({ value }) => value)).toEqual([
      'a',
      'b',
      'c',
      undefined,
      undefined,
    ])
  })

  it('keeps the order when messages are there before all questions', async () => {
    const { connection, peer } = attach()
    const iterator = connection[Symbol.asyncIterator]()
    const first = iterator.next()
    await peer.send('a\nb\n')
    await turns()
    const [second, third] = [iterator.next(), iterator.next()]
    await peer.send('c\n')
    expect(await Promise.all([first, second, third])).toMatchObject([
      { value: 'a' },
      { value: 'b' },
      { value: 'c' },
    ])
  })

  it('answers those who wait when it is left', async () => {
    const { connection, peer } = attach()
    const iterator = connection[Symbol.asyncIterator]()
    const waiting = [iterator.next(), iterator.next()]
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined })
    expect(await Promise.all(waiting)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ])
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    await peer.send('kept\n')
    const other = connection[Symbol.asyncIterator]()
    expect(await other.next()).toEqual({ done: false, value: 'kept' })
  })

  it('throws what the peer broke, behind the messages in front of it', async () => {
    const { connection, peer } = attach({ framing: lines({ maxFrame: 4 }) })
    await peer.send('a\nb\ntoo long\nc\n')
    await turns()
    const taken: string[] = []
    const run = async (): Promise<void> => {
      for await (const line of connection) taken.push(line)
    }
    await expect(run()).rejects.toMatchObject({ code: 'HAWSER_FRAME_TOO_LARGE' })
    expect(taken).toEqual(['a', 'b'])
  })

  it('rejects the first who waits at a reset, and tells the others that it is over', async () => {
    const { connection, peer } = attach()
    const iterator = connection[Symbol.asyncIterator]()
    const first = iterator.next()
    const second = iterator.next()
    peer.reset()
    await expect(first).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_RESET' })
    expect(await second).toEqual({ done: true, value: undefined })
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  it('throws each time it is begun after a reset', async () => {
    const { connection, peer } = attach()
    peer.reset()
    await connection.closed
    for (const _ of [1, 2, 3]) {
      await expect(collect(connection)).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_RESET' })
    }
  })

  it('ends each time it is begun after the end', async () => {
    const { connection, peer } = attach()
    peer.end()
    for (const _ of [1, 2, 3]) expect(await collect(connection)).toEqual([])
    await connection.closed
    for (const _ of [1, 2, 3]) expect(await collect(connection)).toEqual([])
  })

  it('ends when the connection is closed from elsewhere, and what was not taken is dropped', async () => {
    const { connection, peer } = attach()
    await peer.send('a\nb\n')
    await turns()
    const taken: string[] = []
    for await (const line of connection) {
      taken.push(line)
      void connection.close()
    }
    expect(taken).toEqual(['a'])
    expect(await collect(connection)).toEqual([])
    peer.end()
    expect(await connection.closed).toMatchObject({ by: 'local', undelivered: 2 })
  })

  it('ends when the connection is reset from elsewhere', async () => {
    const { connection } = attach()
    const looping = collect(connection)
    await turns()
    connection.reset()
    expect(await looping).toEqual([])
    expect(await connection.closed).toMatchObject({ by: 'local', reason: 'reset' })
  })

  it('delivers nothing while the connection is paused', async () => {
    const { connection, peer } = attach()
    const iterator = connection[Symbol.asyncIterator]()
    connection.pause()
    await peer.send('a\n')
    const asked = iterator.next()
    await turns()
    expect(await stateOf(asked)).toBe('pending')
    connection.resume()
    expect(await asked).toEqual({ done: false, value: 'a' })
  })

  it('counts messages when they are taken', async () => {
    const { connection, peer } = attach()
    await peer.send('a\nb\n')
    const iterator = connection[Symbol.asyncIterator]()
    await iterator.next()
    expect([connection.messagesRead, connection.bytesRead]).toEqual([1, 4])
    await iterator.next()
    expect(connection.messagesRead).toBe(2)
  })
})

describe('a connection whose transport is gone', () => {
  it('is closed though a loop that took everything never asks again', async () => {
    const { connection, peer } = attach()
    const iterator = connection[Symbol.asyncIterator]()
    await peer.send('only\n')
    expect(await iterator.next()).toEqual({ done: false, value: 'only' })
    void connection.end()
    peer.end()
    expect(await connection.closed).toMatchObject({ reason: 'ended', undelivered: 0 })
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  it('waits for the loop that still has messages to take', async () => {
    const { connection, peer } = attach()
    const iterator = connection[Symbol.asyncIterator]()
    await peer.send('a\nb\n')
    await iterator.next()
    void connection.end()
    peer.end()
    await turns()
    expect(connection.phase).toBe('ending')
    await iterator.next()
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    expect(await connection.closed).toMatchObject({ undelivered: 0 })
  })

  it('waits no longer when the loop is left', async () => {
    const { connection, peer } = attach()
    const iterator = connection[Symbol.asyncIterator]()
    await peer.send('a\nb\n')
    await iterator.next()
    void connection.end()
    peer.end()
    await turns()
    await iterator.return?.()
    expect(await connection.closed).toMatchObject({ reason: 'ended', undelivered: 2 })
    expect(await collect(connection)).toEqual(['b'])
  })
})

describe('a second consumer', () => {
  const code = 'HAWSER_ALREADY_CONSUMED'

  function codeOf(call: () => unknown): string | undefined {
    try {
      call()
      return undefined
    } catch (error) {
      return (error as HawserError).code
    }
  }

  it('is refused beside a loop, whichever way it would consume', () => {
    const { connection } = attach()
    const iterator = connection[Symbol.asyncIterator]()
    expect(codeOf(() => connection[Symbol.asyncIterator]())).toBe(code)
    expect(codeOf(() => connection.readable)).toBe(code)
    expect(codeOf(() => connection.duplex())).toBe(code)
    void iterator.return?.()
    expect(codeOf(() => connection.readable)).toBe(undefined)
  })

  it('is refused beside a stream', () => {
    const { connection } = attach()
    expect(connection.readable).toBe(connection.readable)
    expect(codeOf(() => connection[Symbol.asyncIterator]())).toBe(code)
    expect(codeOf(() => connection.duplex())).toBe(code)
  })

  it('is refused beside a Node.js stream', () => {
    const { connection } = attach()
    connection.duplex()
    expect(codeOf(() => connection.duplex())).toBe(code)
    expect(codeOf(() => connection.readable)).toBe(code)
  })

  it('is refused beside a handler object, but not beside one that takes no messages', () => {
    const taking = attach({ handler: { message: () => undefined } })
    expect(codeOf(() => taking.connection[Symbol.asyncIterator]())).toBe(code)
    const greeting = attach({ handler: { open: () => undefined } })
    expect(codeOf(() => greeting.connection[Symbol.asyncIterator]())).toBe(undefined)
  })

  it('that was refused leaves a function handler in charge of its connection', async () => {
    const inLoop = defer()
    const { connection, peer } = attach({
      async run(own) {
        for await (const line of own) {
          expect(codeOf(() => own.readable)).toBe(code)
          await own.send(line)
          inLoop.resolve()
          break
        }
      },
    })
    await peer.send('x\n')
    await inLoop.promise
    peer.end()
    expect(await peer.receiveAll()).toEqual(Buffer.from('x\n'))
    expect(await connection.closed).toMatchObject({ reason: 'ended' })
  })
})
