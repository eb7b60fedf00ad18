import { connect } from 'hawser'
import { type ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { leave, listenScripted } from '../client/support/scripted.js'
import { watchSockets } from '../client/support/sockets.js'
import { rejection } from '../server/support/serving.js'
import { forbidStrayErrors } from './support/strays.js'

forbidStrayErrors()

/** The first bytes of a ServerHello. */
const half = Uint8Array.of(0x16, 0x03, 0x03, 0x00, 0x7a, 0x02, 0x00)

describe('a server that closes during TLS', () => {
  it.each<[string, (peer: ScriptedPeer) => void]>([
    ['with a FIN', (peer) => peer.end()],
    ['with a reset', (peer) => peer.reset()],
    [
      'in the middle of its hello',
      (peer) => {
        void peer.send(half)
        peer.end()
      },
    ],
  ])('fails the connection, and nothing else: %s', async (_name, go) => {
    const listener = await listenScripted()
    const sockets = watchSockets()
    const error = rejection(connect(`tls://127.0.0.1:${listener.port}`))
    const peer = await listener.accept()
    await peer.receive(5)
    go(peer)
    expect(await error).toMatchObject({ name: 'TlsError', code: 'HAWSER_TLS_HANDSHAKE_FAILED' })
    await leave(peer)
    expect(sockets.every(({ destroyed }) => destroyed)).toBe(true)
  })
})

describe('a server that accepts and never answers', () => {
  it.each([
    ['a word', new Uint8Array()],
    ['the rest of its hello', half],
  ])('with %s is given up at the deadline', async (_name, bytes) => {
    const listener = await listenScripted()
    const clock = new VirtualClock()
    const error = rejection(
      connect(`tls://127.0.0.1:${listener.port}`, { clock, connectTimeout: 2_000 }),
    )
    const peer = await listener.accept()
    await peer.receive(5)
    await peer.send(bytes)
    await clock.advance(2_000)
    expect(await error).toMatchObject({
      name: 'ConnectError',
      code: 'HAWSER_CONNECT_TIMEOUT',
      attempts: [{ port: listener.port, message: 'it accepted, and said too little in time' }],
    })
    expect(await error).toHaveProperty(
      'message',
      expect.stringMatching(
        /TLS was not established after 2000 ms in all: check that it speaks TLS/,
      ),
    )
    await leave(peer)
    expect(clock.pending).toBe(0)
  })

  it('leaves the next of several endpoints its share of the time', async () => {
    const silent = await listenScripted()
    const spare = await listenScripted()
    const clock = new VirtualClock()
    const endpoints = [`tls://127.0.0.1:${silent.port}`, `tcp://127.0.0.1:${spare.port}`]
    const connecting = connect(endpoints, { clock, connectTimeout: 2_000 })
    const peer = await silent.accept()
    await peer.receive(5)
    await clock.advance(1_000)
    const client = await connecting
    onTestFinished(async () => {
      client.reset()
      await client.closed
    })
    expect(client.remotePort).toBe(spare.port)
    await leave(peer)
  })
})
