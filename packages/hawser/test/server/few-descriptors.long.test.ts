import { once } from 'node:events'
import net from 'node:net'
import { fileURLToPath } from 'node:url'
import type { AddressInfo, ServerInfo } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { bundled } from '../../../../test/support/bundled.js'
import { createFolder } from '../../../../test/support/folders.js'
import { readWays } from './support/serving.js'
import { Talking } from './support/talking.js'

const support = (name: string): string =>
  bundled(fileURLToPath(new URL(`support/${name}`, import.meta.url)))

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0)

interface Counts {
  readonly accepted: number
  readonly connections: number
  readonly refused: Record<string, number>
  readonly effectiveMaxConnections: number
  readonly errors: number
  readonly drops: number
}

// The modules of the library are opened many at once, when it is imported.
const most = 250
const many = 400

describe.each(readWays)('a server that may open few files, %s', (_name, fastRead) => {
  const endpoints = [
    ['on TCP', () => '127.0.0.1:0'],
    ['on a Unix socket', () => `unix:${createFolder()}/app.sock`],
  ] as const
  for (const [where, endpoint] of endpoints) {
    it(`serves or refuses each of many, and recovers, ${where}`, async () => {
      const script = `ulimit -n ${most} && exec "$@"`
      const args = [process.execPath, support('few-descriptors.mjs'), String(fastRead), endpoint()]
      const program = new Talking('/bin/sh', ['-c', script, 'sh', ...args])
      const address = await program.next<AddressInfo | string>()

      const peers = await Promise.all(
        Array.from({ length: many }, () => ScriptedPeer.connect(address)),
      )
      let counts = await program.ask<Counts>('counts')
      while (counts.accepted + (counts.refused['fd-limit'] ?? 0) < many) {
        counts = await program.ask<Counts>('counts')
      }
      const served = counts.accepted
      expect(served).toBeGreaterThan(0)
      expect(counts).toMatchObject({
        connections: served,
        refused: { 'fd-limit': many - served, limit: 0, 'not-accepted': 0 },
        effectiveMaxConnections: served,
        errors: 0,
        drops: many - served,
      })

      for (const peer of peers) peer.reset()
      while (counts.connections > 0) counts = await program.ask<Counts>('counts')
      await using peer = await ScriptedPeer.connect(address)
      await peer.send('hello')
      await peer.receives('hello')
      expect(await program.finish()).toBe(0)
    })
  }
})

describe('two servers that may open few files together', () => {
  it('serve or refuse each of many, and the room of one is that of the other later', async () => {
    const script = `ulimit -n ${most} && exec "$@"`
    const args = [process.execPath, support('few-descriptors-shared.mjs')]
    const program = new Talking('/bin/sh', ['-c', script, 'sh', ...args])
    const addresses = await program.next<AddressInfo[]>()
    const counts = async (): Promise<[number, ...ServerInfo[]]> => program.ask('counts')
    const count = (infos: readonly ServerInfo[], read: (info: ServerInfo) => number): number =>
      infos.reduce((total, info) => total + read(info), 0)

    // Each is greeted or closed, or waits, and lets the others go on.
    const sockets: net.Socket[] = []
    const settled: Promise<unknown>[] = []
    let greeted = 0
    for (let index = 0; index < many; index += 1) {
      const { port } = addresses[index % 2] as AddressInfo
      const socket = net.connect(port, '127.0.0.1').on('error', () => {})
      sockets.push(socket)
      const closed = once(socket, 'close')
      await once(socket, 'connect').catch(() => closed)
      settled.push(Promise.race([closed, once(socket, 'data').then(() => (greeted += 1))]))
    }
    await Promise.all(settled.filter((_, index) => index % 2 === 0))
    const come = (infos: readonly ServerInfo[]): number =>
      count(infos, ({ accepted, held, refused }) => accepted + held + sum(refused))
    let [drops, ...infos] = await counts()
    // The operating system has made connections that the servers have yet to accept.
    while (come(infos) < many) [drops, ...infos] = await counts()
    expect(come(infos)).toBe(many)
    expect(drops).toBe(count(infos, ({ refused }) => sum(refused)))
    expect(infos[0]?.refused['fd-limit']).toBeGreaterThan(0)
    expect(infos[1]).toMatchObject({ accepted: 20, held: 50 })
    expect(infos[0]?.connections).toBe(infos[0]?.effectiveMaxConnections)

    for (const [index, socket] of sockets.entries()) if (index % 2 === 1) socket.destroy()
    let now = await counts()
    while ((now[2]?.connections ?? 0) + (now[2]?.held ?? 0) > 0) now = await counts()
    const room = (now[1]?.effectiveMaxConnections ?? 0) - (now[1]?.connections ?? 0)
    expect(room).toBe(70)
    for (const socket of sockets) socket.destroy()
    expect(greeted).toBe((infos[0]?.accepted ?? 0) + 20)
    expect(await program.finish()).toBe(0)
  })
})
