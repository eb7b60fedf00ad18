import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ScriptedPeer } from 'hawser/testing'
import { portOf, readWays } from '../server/support/serving.js'
import { relayTo, upstream } from './support/relaying.js'

interface Seen {
  readonly connection: object
  readonly message: Uint8Array
}

/** What is published on `channel` from now on, as it was given to a subscriber that keeps it. */
function keep(channel: string): Seen[] {
  const seen: Seen[] = []
  const note = (message: unknown): void => void seen.push(message as Seen)
  subscribe(channel, note)
  onTestFinished(() => void unsubscribe(channel, note))
  return seen
}

const textOf = (seen: readonly Seen[], connection: object): string =>
  Buffer.concat(
    seen.filter((each) => each.connection === connection).map((each) => each.message),
  ).toString()

describe.each(readWays)('a relay that is watched, %s', (_way, fastRead) => {
  it.each([100, 20_000])(
    'publishes what passes, to be kept, in messages of %i bytes',
    async (size) => {
      const [came, went] = [
        keep('hawser:connection:message-in'),
        keep('hawser:connection:message-out'),
      ]
      const port = await upstream((socket) => void socket.pipe(socket))
      const { server, result, ends } = await relayTo(port, { fastRead })
      const peer = await ScriptedPeer.connect({ port: portOf(server) })
      let all = ''
      // Each is awaited, so that each is a read of its own.
      for (const letter of 'abcdef') {
        all += letter.repeat(size)
        await peer.send(letter.repeat(size))
        await peer.receives(letter.repeat(size))
      }
      peer.end()
      await result
      const { inner, outer } = await ends
      for (const seen of [came, went]) {
        expect(textOf(seen, inner) === all).toBe(true)
        expect(textOf(seen, outer) === all).toBe(true)
      }
    },
  )
})
