import { getEventListeners } from 'node:events'
import net from 'node:net'
import { raw, relay } from 'hawser'
import { connectPair, ScriptedPeer } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { defer } from '../connection/support/turns.js'
import { portOf, readWays } from '../server/support/serving.js'
import { relayTo, upstream } from './support/relaying.js'

forbidStrayErrors()

/** What becomes of the upstream's socket: `end`, or the code of its error. */
function fateOf(socket: net.Socket): Promise<string> {
  const fate = defer<string>()
  socket.on('end', () => fate.resolve('end'))
  socket.on('error', (error: NodeJS.ErrnoException) => fate.resolve(error.code ?? ''))
  return fate.promise
}

describe.each(readWays)('a relay, %s', (_way, fastRead) => {
  it('of a client that was reset before it began resets the upstream, and is over', async () => {
    const fate = defer<Promise<string>>()
    const port = await upstream((socket) => fate.resolve(fateOf(socket.resume())))
    const { signal } = new AbortController()
    const before = ({ inner }: { inner: { closed: Promise<unknown> } }): Promise<unknown> =>
      inner.closed
    const { server, result, ends } = await relayTo(port, { fastRead, signal, before })
    const client = net.connect({ port: portOf(server), host: '127.0.0.1' })
    await ends
    client.resetAndDestroy()
    expect(await result).toMatchObject({
      aToB: 0,
      endedBy: 'a',
      a: { by: 'remote', reason: 'reset' },
      b: { by: 'local', reason: 'reset' },
    })
    expect(await fate.promise).toBe('ECONNRESET')
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('passes a reset of this program on as a reset', async () => {
    const fate = defer<Promise<string>>()
    const heard = defer<string>()
    const port = await upstream((socket) => {
      fate.resolve(fateOf(socket))
      socket.once('data', (bytes: Buffer) => heard.resolve(bytes.toString()))
    })
    const { server, result, ends } = await relayTo(port, { fastRead })
    const peer = await ScriptedPeer.connect({ port: portOf(server) })
    await peer.send('half a requ')
    expect(await heard.promise).toBe('half a requ')
    const { inner } = await ends
    inner.reset()
    expect(await fate.promise).toBe('ECONNRESET')
    expect(await result).toMatchObject({ a: { by: 'local' }, b: { by: 'local', reason: 'reset' } })
    await peer.receivesReset()
  })
})

describe.each(['a', 'b'] as const)('a relay whose %s', (which) => {
  /** Two pairs of connections, of which the relay joins the inner ends. */
  function joinable() {
    const [x, a] = connectPair({ framing: raw() })
    const [b, y] = connectPair({ framing: raw() })
    const [gone, left] =
      which === 'a'
        ? [
            { near: a, far: x },
            { near: b, far: y },
          ]
        : [
            { near: b, far: y },
            { near: a, far: x },
          ]
    return { gone, left, begin: () => relay(a, b) }
  }

  it('was reset before it began resets the other', async () => {
    const { gone, left, begin } = joinable()
    gone.far.reset()
    await gone.near.closed
    expect(await begin()).toMatchObject({
      endedBy: which,
      a: { reason: 'reset' },
      b: { reason: 'reset' },
    })
    expect(await left.far.closed).toMatchObject({ by: 'remote', reason: 'reset' })
  })

  it('was reset by this program before it began resets the other', async () => {
    const { gone, left, begin } = joinable()
    gone.near.reset()
    await begin()
    expect(await left.far.closed).toMatchObject({ by: 'remote', reason: 'reset' })
  })

  it.each(['before it began', 'meanwhile'])(
    'was closed in order %s closes the other',
    async (when) => {
      const { gone, left, begin } = joinable()
      const early = when === 'meanwhile' ? begin() : undefined
      await Promise.all([gone.near.close(), gone.far.close()])
      const result = early ?? begin()
      expect(await left.far.close()).toMatchObject({ reason: 'ended' })
      expect(await result).toMatchObject({ a: { reason: 'ended' }, b: { reason: 'ended' } })
    },
  )

  it('was ended by this program drops what is for it, and does not count it', async () => {
    const { gone, left, begin } = joinable()
    const result = begin()
    await gone.near.end()
    await left.far.send('to no one')
    await Promise.all([left.far.end(), gone.far.end()])
    for await (const bytes of gone.far) expect.unreachable(`${bytes.length} bytes arrived`)
    expect(await result).toMatchObject({
      aToB: 0,
      bToA: 0,
      a: { reason: 'ended' },
      b: { reason: 'ended' },
    })
  })
})

it('a relay of what a connection had left to say when it closed passes it on', async () => {
  const [x, a] = connectPair({ framing: raw() })
  const [b, y] = connectPair({ framing: raw() })
  await Promise.all([a.end(), x.send('last words'), x.end()])
  await x.closed
  const result = relay(a, b)
  let heard = ''
  for await (const bytes of y) heard += Buffer.from(bytes).toString()
  await y.close()
  expect(heard).toBe('last words')
  expect(await result).toMatchObject({ aToB: 10, a: { reason: 'ended' }, b: { reason: 'ended' } })
})
