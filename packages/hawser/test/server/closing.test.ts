import { once } from 'node:events'
import { type CloseResult, type Connection, type HawserError, lines, type Server } from 'hawser'
import { ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, vi } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { make, nextConnection, readWays, rejection, serve } from './support/serving.js'

forbidStrayErrors()

const hour = 3_600_000

/** A handler that is at work until it is let go, and then answers. */
class Work {
  #letGo!: () => void
  readonly #wait = new Promise<void>((resolve) => {
    this.#letGo = resolve
  })
  begun = 0

  readonly handler = {
    message: async (connection: Connection<string, string>): Promise<void> => {
      this.begun += 1
      await this.#wait
      await connection.send('done')
    },
  }

  finish(): void {
    this.#letGo()
  }
}

async function busyServer(
  clock: VirtualClock,
): Promise<{ server: Server<string, string>; work: Work; peer: ScriptedPeer }> {
  const work = new Work()
  const server = await serve({ framing: lines(), clock, lingerTimeout: Infinity }, work.handler)
  const peer = await ScriptedPeer.connect(server.address())
  await peer.send('work\n')
  await until(() => work.begun === 1)
  return { server, work, peer }
}

describe.each(readWays)('closing a server, %s', (_name, fastRead) => {
  it('without connections is done at once, and told once', async () => {
    const server = await serve({ fastRead })
    const onClose = vi.fn<() => void>()
    server.on('close', onClose)
    expect(await server.close()).toEqual({ drained: 0, forced: 0 })
    expect(await server.close()).toEqual({ drained: 0, forced: 0 })
    expect(onClose).toHaveBeenCalledOnce()
  })

  it.each<[string, Parameters<typeof serve<string, string>>[1]]>([
    ['a handler object', { message: () => undefined }],
    [
      'a loop',
      async (connection) => {
        for await (const line of connection) await connection.send(line)
      },
    ],
    ['nobody', undefined],
  ])('ends a connection at rest at once, consumed by %s', async (_consumer, handler) => {
    const server = await serve({ fastRead, framing: lines() }, handler)
    const connected = nextConnection(server)
    await using peer = await ScriptedPeer.connect(server.address())
    const connection = await connected
    const closing = server.close()
    await peer.receivesEnd()
    peer.end()
    expect(await closing).toEqual({ drained: 1, forced: 0 })
    expect(await connection.closed).toMatchObject({ by: 'local', reason: 'ended' })
    expect(server.connections.size).toBe(0)
  })

  it.each<[string, Parameters<typeof serve<string, string>>[1]]>([
    ['a handler object', { message: () => undefined }],
    [
      'a loop',
      async (connection) => {
        for await (const line of connection) await connection.send(line)
      },
    ],
  ])('without any time still counts one at rest as drained, by %s', async (_consumer, handler) => {
    const server = await serve({ fastRead, framing: lines() }, handler)
    const connected = nextConnection(server)
    await using peer = await ScriptedPeer.connect(server.address())
    await connected
    expect(await server.close({ drain: 0 })).toEqual({ drained: 1, forced: 0 })
    await peer.receivesEnd()
  })

  it('lets what was delivered be finished, its answer included', async () => {
    const work = new Work()
    const server = await serve({ fastRead, framing: lines() }, work.handler)
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('work\n')
    await until(() => work.begun === 1)
    const closing = server.close()
    expect(server.info()).toMatchObject({ draining: true, listening: false, connections: 1 })
    await expect(ScriptedPeer.connect(server.address() ?? 1)).rejects.toThrow('ECONNREFUSED')
    work.finish()
    await peer.receives('done\n')
    await peer.receivesEnd()
    peer.end()
    expect(await closing).toEqual({ drained: 1, forced: 0 })
  })

  it('resets what is still at work when the time is up, and counts it', async () => {
    const clock = new VirtualClock()
    const work = new Work()
    const server = await serve({ fastRead, framing: lines(), clock }, work.handler)
    const connected = nextConnection(server)
    const peer = await ScriptedPeer.connect(server.address())
    await peer.send('work\n')
    await until(() => work.begun === 1)
    const connection = await connected
    const closing = server.close({ drain: 5_000 })
    await clock.advance(4_999)
    expect(server.connections.size).toBe(1)
    await clock.advance(1)
    await peer.receivesReset()
    expect(await closing).toEqual({ drained: 0, forced: 1 })
    const info = await connection.closed
    expect(info).toMatchObject({ by: 'error', reason: 'drain-timeout', phase: 'draining' })
    expect(info.error?.message).toMatch(/5000 ms/)
    work.finish()
    await until(() => clock.pending === 0)
  })

  it('resets a peer in the middle of a frame when there is no time', async () => {
    const server = await serve({ fastRead, framing: lines() }, { message: () => undefined })
    const peer = await ScriptedPeer.connect(server.address())
    await peer.send('half a li')
    await until(() => server.info().bytesRead === 9)
    expect(await server.close({ drain: 0 })).toEqual({ drained: 0, forced: 1 })
    await peer.receivesReset()
  })

  it('while peers are connecting leaves none of them open', async () => {
    const server = await serve({ fastRead }, { message: () => undefined })
    const address = server.address()
    const connecting = Array.from({ length: 20 }, () =>
      ScriptedPeer.connect(address).then(
        (peer) => peer,
        () => undefined,
      ),
    )
    const closing = server.close({ drain: 0 })
    const peers = await Promise.all(connecting)
    const { forced } = await closing
    expect(forced).toBe(0)
    expect(server.connections.size).toBe(0)
    for (const peer of peers) peer?.reset()
  })
})

describe('the time a server has to close', () => {
  it('is 15 seconds', async () => {
    const clock = new VirtualClock()
    const { server, peer } = await busyServer(clock)
    const closing = server.close()
    await clock.advance(14_999)
    expect(server.connections.size).toBe(1)
    await clock.advance(1)
    expect(await closing).toEqual({ drained: 0, forced: 1 })
    await peer.receivesReset()
  })

  it('may be without end', async () => {
    const clock = new VirtualClock()
    const { server, work, peer } = await busyServer(clock)
    const closing = server.close({ drain: Infinity })
    await clock.advance(hour)
    expect(server.connections.size).toBe(1)
    work.finish()
    await peer.receives('done\n')
    peer.end()
    expect(await closing).toEqual({ drained: 1, forced: 0 })
  })

  it.each([
    ['longer, then shorter', [10_000, 5_000]],
    ['shorter, then longer', [5_000, 10_000]],
    ['without end, then finite', [Infinity, 5_000]],
  ])('given twice is the shorter one: %s', async (_name, drains) => {
    const clock = new VirtualClock()
    const { server, peer } = await busyServer(clock)
    const closings = drains.map((drain) => server.close({ drain }))
    await clock.advance(4_999)
    expect(server.connections.size).toBe(1)
    await clock.advance(1)
    for (const closing of closings) expect(await closing).toEqual({ drained: 0, forced: 1 })
    expect(clock.pending).toBe(0)
    await peer.receivesReset()
  })

  it('that is up twice counts a connection once', async () => {
    const clock = new VirtualClock()
    const { server, peer } = await busyServer(clock)
    const abort = new AbortController()
    const first = server.close({ drain: 0 })
    const second = server.close({ drain: 0, signal: abort.signal })
    abort.abort()
    expect(await first).toEqual({ drained: 0, forced: 1 })
    expect(await second).toEqual({ drained: 0, forced: 1 })
    await peer.receivesReset()
  })

  it('leaves no timer behind, however late it is asked for', async () => {
    const clock = new VirtualClock()
    const server = await serve({ clock })
    await server.close({ drain: hour })
    await server.close({ drain: hour })
    await server[Symbol.asyncDispose]()
    expect(clock.pending).toBe(0)
  })

  it('is ended early by a signal', async () => {
    const clock = new VirtualClock()
    const { server, peer } = await busyServer(clock)
    const abort = new AbortController()
    const closing = server.close({ drain: Infinity, signal: abort.signal })
    await clock.advance(hour)
    expect(server.connections.size).toBe(1)
    abort.abort()
    expect(await closing).toEqual({ drained: 0, forced: 1 })
    await peer.receivesReset()
  })

  it('is none with a signal that has fired', async () => {
    const clock = new VirtualClock()
    const { server, peer } = await busyServer(clock)
    const signal = AbortSignal.abort()
    expect(await server.close({ signal })).toEqual({ drained: 0, forced: 1 })
    expect(await server.close({ signal })).toEqual({ drained: 0, forced: 1 })
    await peer.receivesReset()
  })

  it('is a number', async () => {
    const server = await serve()
    expect(() => server.close({ drain: -1 })).toThrow(/drain is -1/)
    expect(server.listening).toBe(true)
  })
})

describe('a peer that does not end after we did', () => {
  it('counts as drained when the time is up', async () => {
    const clock = new VirtualClock()
    const options = { framing: lines(), clock, lingerTimeout: Infinity }
    const server = await serve(options, { message: () => undefined })
    const connected = nextConnection(server)
    await using peer = await ScriptedPeer.connect(server.address())
    await connected
    const closing = server.close({ drain: 1_000 })
    await peer.receivesEnd()
    expect(server.connections.size).toBe(1)
    await clock.advance(1_000)
    expect(await closing).toEqual({ drained: 1, forced: 0 })
  })
})

describe('onDrain', () => {
  it('says goodbye to each connection, which is drained after it', async () => {
    const server = await serve({ framing: lines() }, { message: () => undefined })
    const peers = [
      await ScriptedPeer.connect(server.address()),
      await ScriptedPeer.connect(server.address()),
    ]
    await until(() => server.connections.size === 2)
    const closing = server.close({ onDrain: (connection) => void connection.send('bye') })
    for (const peer of peers) {
      await peer.receives('bye\n')
      await peer.receivesEnd()
      peer.end()
    }
    expect(await closing).toEqual({ drained: 2, forced: 0 })
  })

  it('that throws fails its connection, and the others are closed', async () => {
    const onError = vi.fn<(error: HawserError) => void>()
    const server = await serve({ framing: lines(), onError }, { message: () => undefined })
    const peers = [
      await ScriptedPeer.connect(server.address()),
      await ScriptedPeer.connect(server.address()),
    ]
    await until(() => server.connections.size === 2)
    let calls = 0
    const closing = server.close({
      onDrain: () => {
        calls += 1
        if (calls === 1) throw new Error('a bug')
      },
    })
    for (const peer of peers) {
      await peer.receivesEnd()
      peer.end()
    }
    expect(await closing).toEqual({ drained: 2, forced: 0 })
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: 'HAWSER_HANDLER_FAILED' })
  })

  it('may close the server once more', async () => {
    const server = await serve({ framing: lines() }, { message: () => undefined })
    await using peer = await ScriptedPeer.connect(server.address())
    await until(() => server.connections.size === 1)
    const results: Promise<CloseResult>[] = []
    const onDrain = (): void => void results.push(server.close({ drain: 0 }))
    results.push(server.close({ onDrain }))
    for (const result of results) expect(await result).toEqual({ drained: 1, forced: 0 })
    expect(results).toHaveLength(2)
    await peer.receivesEnd()
  })
})

describe('connections that wait to be taken when the server closes', () => {
  it('are still handed out when they have said something, then the loop ends', async () => {
    const server = await serve({ framing: lines() })
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('hello\n')
    await until(() => server.info().bytesRead === 6)
    const closing = server.close()
    const said: string[] = []
    for await (const connection of server) {
      for await (const line of connection) {
        said.push(line)
        await connection.send('bye')
      }
    }
    expect(said).toEqual(['hello'])
    await peer.receives('bye\n')
    await peer.receivesEnd()
    peer.end()
    expect(await closing).toEqual({ drained: 1, forced: 0 })
  })
})

describe('a server closes', () => {
  it('when its signal fires', async () => {
    const abort = new AbortController()
    const server = await serve({ signal: abort.signal })
    const closed = once(server, 'close')
    abort.abort()
    await closed
    expect(server.listening).toBe(false)
  })

  it('before it ever listened, with a signal that has fired', async () => {
    const server = make({ signal: AbortSignal.abort() })
    expect(await rejection(server.listen(0))).toMatchObject({ code: 'HAWSER_SERVER_CLOSED' })
  })

  it('when it goes out of scope, its connections with it', async () => {
    let peer: ScriptedPeer
    {
      await using server = await serve({}, { message: () => undefined })
      peer = await ScriptedPeer.connect(server.address())
      await until(() => server.connections.size === 1)
      peer.end()
    }
    await peer.receivesEnd()
  })
})
