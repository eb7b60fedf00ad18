import { type Connection, lengthPrefixed, lines, sniff } from 'hawser'
import { connectPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { turns } from './support/turns.js'

type Any = Connection<unknown, never>

const choice = sniff({
  choose: ([byte, next]) => (byte === 0x23 ? (next === undefined ? undefined : 'binary') : 'text'),
  maxPrefix: 2,
})

/** Goes on with the framing that was chosen. */
function goOn(connection: Any, chosen: unknown): AsyncIterable<unknown> {
  return chosen === 'text'
    ? connection.switchFraming(lines())
    : connection.switchFraming(lengthPrefixed({ bytes: 2 }))
}

const show = (message: unknown): string =>
  typeof message === 'string' ? message : Buffer.from(message as Uint8Array).toString()

/** Ways to take the choice and then all that follows. */
const ways = {
  'a loop': () => ({ taken: [] as string[], handler: undefined }),
  'a handler object': () => {
    const taken: string[] = []
    const message = (connection: Any, given: unknown): void => {
      if (given === 'text' || given === 'binary') goOn(connection, given)
      else taken.push(show(given))
    }
    return { taken, handler: { message } }
  },
  'a handler object that takes its time': () => {
    const taken: string[] = []
    const message = async (connection: Any, given: unknown): Promise<void> => {
      await turns()
      if (given === 'text' || given === 'binary') goOn(connection, given)
      else taken.push(show(given))
    }
    return { taken, handler: { message } }
  },
}

describe.each(Object.entries(ways))('what the first bytes choose, by %s', (name, make) => {
  const cases = [
    ['one\ntwo\n', ['one', 'two']],
    [`#\x03${'x'.repeat(0x2303)}\0\x01y`, ['x'.repeat(0x2303), 'y']],
  ] as const

  it.each(cases)('reads everything from the first byte on: %j', async (stream, expected) => {
    for (const chunkSize of [Infinity, 7, 1]) {
      for (const borrowed of [true, false]) {
        if (chunkSize === 1 && stream.length > 100) continue
        const { taken, handler } = make()
        const line = { chunkSize, borrowed }
        const { connection, peer } = connectPeer({
          framing: choice,
          handler: handler as never,
          line,
        })
        const running = name === 'a loop' ? take(connection, taken) : undefined
        await peer.send(stream)
        peer.end()
        await running
        await connection.end()
        expect(await connection.closed).toMatchObject({ reason: 'ended', undelivered: 0 })
        expect(taken.map((message) => message.length)).toEqual(expected.map(({ length }) => length))
      }
    }
  })
})

async function take(connection: Any, taken: string[]): Promise<void> {
  const iterator = connection[Symbol.asyncIterator]()
  const { value } = await iterator.next()
  await iterator.return?.()
  for await (const message of goOn(connection, value)) taken.push(show(message))
}

it('a peer that shows only a part of it times out', async () => {
  const clock = new VirtualClock()
  const { connection, peer } = connectPeer({
    framing: choice,
    clock,
    frameTimeout: 1_000,
    handler: { message: () => undefined },
  })
  await peer.send('#')
  await turns()
  await clock.advance(1_000)
  peer.end()
  expect(await connection.closed).toMatchObject({ reason: 'frame-timeout' })
})
