import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { connect, createServer, type HawserError, lines } from 'hawser'
import { ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { listenSilently } from './support/silent-listener.js'
import { forbidStrayErrors } from './support/strays.js'

forbidStrayErrors()

/** A port on which nothing listens, because its listener was just closed. */
async function findFreePort(): Promise<number> {
  await using listener = await ScriptedPeer.listen()
  return listener.port
}

/** What a promise rejects with; fails when it fulfils. */
async function failureOf(promise: Promise<unknown>): Promise<HawserError> {
  return promise.then(
    () => expect.unreachable('connected'),
    (error: unknown) => error as HawserError,
  )
}

describe('connecting to nobody', () => {
  it('is refused by a port on which nothing listens', async () => {
    const port = await findFreePort()
    const error = await failureOf(connect({ host: '127.0.0.1', port }))
    expect(error).toMatchObject({
      code: 'HAWSER_CONNECT_REFUSED',
      op: 'connect',
      remote: { address: '127.0.0.1', port },
      cause: { code: 'ECONNREFUSED' },
    })
    expect(error.message).toContain(`tcp://127.0.0.1:${port}`)
  })

  it('is refused by every address of a name', async () => {
    const port = await findFreePort()
    expect(await failureOf(connect(`localhost:${port}`))).toMatchObject({
      code: 'HAWSER_CONNECT_REFUSED',
    })
  })

  it('is refused by a Unix socket that is not there, and by one that nobody serves', async () => {
    const folder = createFolder({ 'stale.sock': '' })
    for (const name of ['missing.sock', 'stale.sock']) {
      const path = join(folder, name)
      const error = await failureOf(connect({ path }))
      expect(error).toMatchObject({ code: 'HAWSER_CONNECT_REFUSED', remote: { address: path } })
    }
    expect(existsSync(join(folder, 'missing.sock'))).toBe(false)
  })

  it('fails when the name does not resolve', async () => {
    // RFC 6761 section 6.4: no name under .invalid ever resolves.
    const error = await failureOf(connect('nobody.invalid:8000'))
    expect(error).toMatchObject({
      code: 'HAWSER_DNS_FAILED',
      remote: { address: 'nobody.invalid', port: 8000 },
    })
  })

  it('fails when the local address is not one of this machine', async () => {
    await using listener = await ScriptedPeer.listen()
    // RFC 5737: 192.0.2.0/24 belongs to nobody.
    const error = await failureOf(connect(listener.address, { localAddress: '192.0.2.1' }))
    expect(error).toMatchObject({ code: 'HAWSER_CONNECT_FAILED' })
  })

  it('ends at its deadline when nobody answers', async () => {
    const port = await listenSilently()
    const clock = new VirtualClock()
    const failure = failureOf(connect({ host: '127.0.0.1', port }, { clock }))
    await clock.advance(9_999)
    expect(clock.pending).toBe(1)
    await clock.advance(1)
    const error = await failure
    expect(error).toMatchObject({ code: 'HAWSER_CONNECT_TIMEOUT', remote: { port } })
    expect(error.message).toContain('10000 ms')
    expect(clock.pending).toBe(0)
  })

  it('counts the resolution of the name towards the deadline', async () => {
    const clock = new VirtualClock()
    const failure = failureOf(connect('nobody.invalid:8000', { clock, connectTimeout: 50 }))
    clock.advanceSync(50)
    expect(await failure).toMatchObject({ code: 'HAWSER_CONNECT_TIMEOUT' })
  })
})

describe('an abort of connect', () => {
  it('before the call opens nothing', async () => {
    await using listener = await ScriptedPeer.listen({ deadline: 50 })
    const reason = new Error('changed my mind')
    const error = await failureOf(connect(listener.address, { signal: AbortSignal.abort(reason) }))
    expect(error).toMatchObject({ code: 'HAWSER_ABORTED', op: 'connect', cause: reason })
    await expect(listener.accept()).rejects.toThrow('no client came')
  })

  it('during the resolution of the name', async () => {
    const controller = new AbortController()
    const failure = failureOf(connect('localhost:9', { signal: controller.signal }))
    controller.abort()
    expect(await failure).toMatchObject({ code: 'HAWSER_ABORTED' })
  })

  it('while nobody answers', async () => {
    const port = await listenSilently()
    const controller = new AbortController()
    const clock = new VirtualClock()
    const { signal } = controller
    const failure = failureOf(connect({ host: '127.0.0.1', port }, { signal, clock }))
    await clock.advance(5_000)
    controller.abort('no longer needed')
    expect(await failure).toMatchObject({ code: 'HAWSER_ABORTED', cause: 'no longer needed' })
    expect(clock.pending).toBe(0)
  })

  it('in the turn in which the connection is made, one way or the other', async () => {
    await using listener = await ScriptedPeer.listen()
    for (let turns = 0; turns < 6; turns += 1) {
      const controller = new AbortController()
      const attempt = connect(listener.address, { signal: controller.signal }).then(
        (connection) => connection,
        (error: HawserError) => error.code,
      )
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate)
      controller.abort()
      const result = await attempt
      if (typeof result === 'string') expect(result).toBe('HAWSER_ABORTED')
      else {
        expect(result.phase).toBe('open')
        result.reset()
        await result.closed
      }
    }
  })

  it('after the connection was made has no effect', async () => {
    await using listener = await ScriptedPeer.listen()
    const controller = new AbortController()
    const { signal } = controller
    const connection = await connect(listener.address, { signal, framing: lines() })
    const peer = await listener.accept()
    controller.abort()
    await connection.send('still here')
    await peer.receives('still here\n')
    expect(connection.phase).toBe('open')
    connection.reset()
    await connection.closed
  })

  it('leaves no listener on the signal, whatever came of it', async () => {
    const controller = new AbortController()
    const { signal } = controller
    let listening = 0
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listening += 1
      addEventListener.apply(signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listening -= 1
      removeEventListener.apply(signal, args)
    }
    await using listener = await ScriptedPeer.listen()
    const connection = await connect(listener.address, { signal })
    connection.reset()
    await connection.closed
    await failureOf(connect({ host: '127.0.0.1', port: await findFreePort() }, { signal }))
    expect(listening).toBe(0)
  })
})

describe('a server that closes while peers come in', () => {
  it('lets go of those in the queue and settles', async () => {
    const server = createServer({ framing: lines() }, async (connection) => {
      for await (const line of connection) await connection.send(line)
    })
    let accepted = 0
    server.on('connection', () => {
      accepted += 1
      // The first of a burst is being accepted: the others wait in the kernel's queue.
      if (accepted === 1) closing = server.close()
    })
    let closing: Promise<{ drained: number; forced: number }> | undefined
    await server.listen({ host: '127.0.0.1', port: 0 })
    const address = server.address()
    const peers = await Promise.all(
      Array.from({ length: 20 }, () => ScriptedPeer.connect(address).catch(() => undefined)),
    )
    const ends = peers.map(async (peer) => {
      if (peer === undefined) return
      peer.end()
      await peer.closed
    })
    await Promise.all(ends)
    const result = await closing
    expect(result).toEqual({ drained: accepted, forced: 0 })
    expect(server.connections.size).toBe(0)
    expect(server.address()).toBeNull()
  })

  it('closes though it is still beginning to listen', async () => {
    const server = createServer()
    const listening = server.listen({ host: '127.0.0.1', port: 0 })
    const closing = server.close()
    await expect(listening).rejects.toMatchObject({ code: 'HAWSER_SERVER_CLOSED' })
    await closing
    expect(server.listening).toBe(false)
  })

  it('refuses to listen afterwards', async () => {
    const server = createServer()
    await server.close()
    await expect(server.listen(0)).rejects.toMatchObject({ code: 'HAWSER_SERVER_CLOSED' })
  })

  it('is closed from inside a handler', async () => {
    const server = createServer(
      { framing: lines() },
      {
        message: () => {
          closing = server.close({ drain: 0 })
        },
      },
    )
    let closing: Promise<unknown> | undefined
    onTestFinished(async () => {
      await closing
    })
    await server.listen({ host: '127.0.0.1', port: 0 })
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('stop\n')
    peer.end()
    await peer.closed
    await closing
    expect(server.connections.size).toBe(0)
  })
})
