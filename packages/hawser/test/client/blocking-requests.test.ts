import { once } from 'node:events'
import { type Client, type ClientOptions, createClient, lines } from 'hawser'
import { type ScriptedListener, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rejection } from '../server/support/serving.js'
import { listenScripted } from './support/scripted.js'

async function meet(
  options: ClientOptions<string, string>,
): Promise<{ client: Client<string, string>; listener: ScriptedListener }> {
  const listener = await listenScripted()
  const client = createClient<string, string>(listener.address, { framing: lines(), ...options })
  onTestFinished(async () => void (await client.close({ drain: 0 })))
  return { client, listener }
}

describe('a request that blocks', () => {
  const heartbeat = { ping: 'ping', every: 1_000, misses: 2 }

  it.each(['request', 'requestStream'] as const)('by %s is not followed by pings', async (how) => {
    const clock = new VirtualClock()
    const { client, listener } = await meet({ clock, heartbeat })
    const peer = await listener.accept()
    await client.ready()
    const options = { timeout: Infinity, blocks: true, until: () => true }
    const blocked =
      how === 'request'
        ? client.request('BLPOP', options)
        : client
            .requestStream('BLPOP', options)
            .next()
            .then(({ value }) => [value])
    await peer.receives('BLPOP\n')
    await clock.advance(30_000)
    await peer.send('at last\n')
    expect(await blocked).toEqual(['at last'])
    await clock.advance(1_000)
    await peer.receives('ping\n')
    await peer.send('pong\n')
    expect(client.info().connections).toBe(1)
  })

  it('is watched by its own timeout, and then by the heartbeat again', async () => {
    const clock = new VirtualClock()
    const { client, listener } = await meet({ clock, heartbeat })
    const peer = await listener.accept()
    await client.ready()
    const asked = rejection(client.request('BLPOP', { timeout: 10_000, blocks: true }))
    await peer.receives('BLPOP\n')
    const disconnected = once(client, 'disconnected')
    await clock.advance(10_000)
    expect(await asked).toMatchObject({ code: 'HAWSER_REQUEST_TIMEOUT' })
    await clock.advance(4_000)
    expect(await disconnected).toMatchObject([
      { info: { error: { code: 'HAWSER_HEARTBEAT_TIMEOUT' } } },
    ])
  })
})
