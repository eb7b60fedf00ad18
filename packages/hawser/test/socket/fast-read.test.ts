import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import net from 'node:net'
import { connect, lines, raw } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { nextConnection, portOf, readWays, serve } from '../server/support/serving.js'

forbidStrayErrors()

/** Takes a private part from the handles of all TCP sockets, as another runtime might. */
async function hide(part: string): Promise<void> {
  const server = net.createServer().listen(0)
  await once(server, 'listening')
  const { _handle: handle } = server as unknown as { _handle: object }
  const prototype = Object.getPrototypeOf(handle) as object
  server.close()
  const own = Object.getOwnPropertyDescriptor(prototype, part)
  Object.defineProperty(prototype, part, { value: undefined, configurable: true })
  onTestFinished(() => {
    if (own === undefined) Reflect.deleteProperty(prototype, part)
    else Object.defineProperty(prototype, part, own)
  })
}

describe('a runtime whose sockets lack what the static buffer needs', () => {
  it('is served by the data event', async () => {
    await hide('useUserBuffer')
    const server = await serve({ framing: lines(), fastRead: true }, async (connection) => {
      for await (const line of connection) await connection.send(line.toUpperCase())
    })
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('hel')
    await peer.send('lo\n')
    await peer.receives('HELLO\n')
    peer.end()
    await peer.receivesEnd()
    await until(() => server.connections.size === 0)
    expect(await server.close()).toEqual({ drained: 0, forced: 0 })
  })
})

describe.each(readWays)('a server, %s', (_name, fastRead) => {
  it('keeps what it read apart for many connections at once', async () => {
    const server = await serve({ framing: raw(), fastRead }, async (connection) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of connection) chunks.push(chunk)
      for (const chunk of chunks) await connection.send(chunk)
    })
    const peers = await Promise.all(
      Array.from({ length: 8 }, () => ScriptedPeer.connect(server.address())),
    )
    const said = peers.map((_, each) => String(each).repeat(70_000))
    await Promise.all(peers.map((peer, each) => peer.send(said[each] ?? '')))
    for (const peer of peers) peer.end()
    await Promise.all(peers.map((peer, each) => peer.receives(said[each] ?? '')))
  })

  it('shuts down one that the peer resets before it is looked at', async () => {
    const server = await serve({ fastRead }, { message: () => undefined })
    for (let each = 0; each < 20; each += 1) {
      const peer = await ScriptedPeer.connect(server.address())
      peer.reset()
      await peer.closed
    }
    await until(() => server.connections.size === 0)
    expect(await server.close()).toEqual({ drained: 0, forced: 0 })
  })
})

/** Seconds until the kernel's keepalive timer of the socket on this local port (proc(5)). */
function keepAliveOf(localPort: number, remotePort: number): number | undefined {
  const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0')
  const ends = `:${hex(localPort)} [0-9A-F]+:${hex(remotePort)} 01`
  const line = new RegExp(`${ends} \\S+ 02:([0-9A-F]+)`)
  const ticks = line.exec(readFileSync('/proc/net/tcp', 'utf8'))?.[1]
  return ticks === undefined ? undefined : Number.parseInt(ticks, 16) / 100
}

describe.runIf(existsSync('/proc/net/tcp')).each(readWays)('keepalive, %s', (_name, fastRead) => {
  it.each([
    ['after the time that was asked for', 20_000, 20],
    ['after a second, if less was asked for', 1, 1],
    ['after nine hours, if more was asked for', 1e12, 32_767],
    ['off', Infinity, undefined],
  ])('is %s, at both ends', async (_when, keepAlive, seconds) => {
    const server = await serve({ fastRead, keepAlive }, { message: () => undefined })
    const connected = nextConnection(server)
    const client = await connect(server.address(), { fastRead, keepAlive })
    const connection = await connected
    const ends = [client, connection]
    for (const { localPort, remotePort } of ends) {
      const waits = keepAliveOf(localPort ?? 0, remotePort ?? 0)
      if (seconds === undefined) expect(waits).toBeUndefined()
      else {
        expect(waits).toBeLessThanOrEqual(seconds)
        expect(waits).toBeGreaterThan(seconds === 1 ? -1 : seconds - 15)
      }
    }
    expect(portOf(server)).toBe(client.remotePort)
    client.reset()
    await client.closed
  })
})
