import { delimited, lines, type Framing } from 'hawser'
import { connectPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { turns } from './support/turns.js'

/** HL7's MLLP, from a sender that adds a line feed behind each message. */
const mllp = delimited('\x1c\r', { start: '\x0b', between: 'skip' })

type Consumption = 'a loop' | 'a handler object' | 'a stream'
const consumptions: readonly Consumption[] = ['a loop', 'a handler object', 'a stream']

/** A connection whose messages are collected in this way. */
function open(
  consumption: Consumption,
  clock: VirtualClock,
  framing: Framing<Uint8Array, Uint8Array | string> = mllp,
) {
  const received: string[] = []
  const take = (message: Uint8Array): void => void received.push(Buffer.from(message).toString())
  const handler =
    consumption === 'a handler object'
      ? { message: (_: unknown, message: Uint8Array) => take(message) }
      : undefined
  const { connection, peer } = connectPeer({ framing, clock, frameTimeout: 30_000, handler })
  const collect = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const message of source) take(message)
  }
  if (consumption === 'a loop') collect(connection).catch(() => {})
  if (consumption === 'a stream') collect(connection.duplex()).catch(() => {})
  return { connection, peer, received }
}

describe.each(consumptions)('what is skipped between frames, seen by %s', (consumption) => {
  it('begins no frame, so that an idle connection stays open', async () => {
    const clock = new VirtualClock()
    const { connection, peer, received } = open(consumption, clock)
    await peer.send('\x0bone\x1c\r\n')
    await turns()
    expect(received).toEqual(['one'])
    await clock.advance(3_600_000)
    expect(connection.phase).toBe('open')
    await peer.send('\n\x0btwo\x1c\r')
    await turns()
    expect(received).toEqual(['one', 'two'])
    expect(connection.skipped).toBe(2)
    expect(connection.bytesRead).toBe(14)
    connection.reset()
    expect(connection.skipped).toBe(2)
  })

  it.each(['\x0b', '\x0bhalf', '\n\x0bhalf\x1c'])(
    '%j is half a frame, and times out',
    async (text) => {
      const clock = new VirtualClock()
      const { connection, peer } = open(consumption, clock)
      await peer.send('\x0bone\x1c\r')
      await turns()
      await peer.send(text)
      await turns()
      await clock.advance(29_999)
      expect(connection.phase).toBe('open')
      await clock.advance(1)
      peer.end()
      expect(await connection.closed).toMatchObject({ reason: 'frame-timeout', by: 'error' })
    },
  )

  it('may be all there ever is, and is no longer held than until it came', async () => {
    const clock = new VirtualClock()
    const { connection, peer, received } = open(consumption, clock)
    for (let chunk = 0; chunk < 64; chunk++) await peer.send(new Uint8Array(65_536).fill(0xff))
    peer.end()
    await connection.end()
    expect(await connection.closed).toMatchObject({ reason: 'ended', undelivered: 0 })
    expect(connection.skipped).toBe(64 * 65_536)
    expect(received).toEqual([])
  })
})

it('is none where no framing skips anything', async () => {
  const { connection, peer } = connectPeer({ framing: lines() })
  expect(connection.skipped).toBe(0)
  await peer.send('a\nb')
  await turns()
  expect(connection.skipped).toBe(0)
  connection.reset()
})
