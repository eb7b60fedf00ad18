import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { expectBothEnds, expectTheWire, ofRole, protocolsOf } from './support/expectations.js'
import { identityFiles } from './support/identity.js'
import { startRelay } from './support/relay.js'
import { programPath, watch, type Watched, watchNode } from './support/watch.js'

it('HTTP is seen at the server, whose parser reads by itself, and at the client', async () => {
  const watched = await watchNode('http.mjs')
  const clients = expectBothEnds(watched)
  expect(protocolsOf(watched.traffic)).toEqual(['HTTP'])
  expect(clients).toHaveLength(1)
  const [{ out } = { out: Buffer.of() }] = clients
  const text = out.toString()
  expect(text.startsWith('GET /first HTTP/1.1\r\n')).toBe(true)
  expect(text.includes(`${'x'.repeat(300_000)}PUT /second HTTP/1.1`)).toBe(true)
  expect(text.endsWith('a body')).toBe(true)
})

it('HTTPS is seen decrypted at both ends', async () => {
  const watched = await watchNode('http.mjs', ...(await identityFiles()))
  const clients = expectBothEnds(watched)
  expect(protocolsOf(watched.traffic)).toEqual(['HTTP'])
  expect(clients).toHaveLength(1)
  for (const { in: incoming, out, secret, connection } of watched.traffic) {
    expect(secret).toBe(incoming.length + out.length)
    expect(connection.tls).toMatchObject({ version: 'TLSv1.3' })
  }
})

it('fetch is seen, byte for byte as on the wire', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/echo') request.pipe(response)
    else response.writeHead(request.url === '/text' ? 200 : 404).end('some text')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => server.closeAllConnections())
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const relay = await startRelay({ port, host: '127.0.0.1' })
  const watched = await watchNode('fetch.mjs', String(relay.port))
  expect(watched.ran.stdout).toContain('404 some text')
  expect(protocolsOf(expectTheWire(watched, relay))).toEqual(['HTTP'])
})

it('MQTT: a broker and two clients', async () => {
  const watched = await watchNode('mqtt.mjs')
  expect(expectBothEnds(watched)).toHaveLength(2)
  expect(protocolsOf(watched.traffic)).toEqual(['MQTT'])
})

it('MQTT over TLS is seen decrypted', async () => {
  const watched = await watchNode('mqtt.mjs', ...(await identityFiles()))
  expect(expectBothEnds(watched)).toHaveLength(2)
  expect(protocolsOf(watched.traffic)).toEqual(['MQTT'])
})

it('WebSocket: from the upgrade to the last frame', async () => {
  const watched = await watchNode('ws.mjs')
  expect(expectBothEnds(watched)).toHaveLength(1)
  expect(protocolsOf(watched.traffic)).toEqual(['WebSocket'])
})

it('Hawser itself: its server, client and pool, which read into a buffer of their own', async () => {
  const watched = await watchNode('hawser.mjs')
  expectHawser(watched)
})

it('Hawser over TLS is seen decrypted', async () => {
  const watched = await watchNode('hawser.mjs', ...(await identityFiles()))
  expectHawser(watched)
})

it('a cluster: each worker is a process of its own', async () => {
  const watched = await watchNode('cluster.mjs')
  expectBothEnds(watched)
  expect(protocolsOf(watched.traffic)).toEqual(['HTTP'])
  const [primary, ...workers] = watched.threads
  expect(workers.map(({ ppid }) => ppid)).toEqual([primary?.pid, primary?.pid])
  const served = ofRole(watched, 'accept').map(({ connection }) => connection.thread.pid)
  expect(served).toHaveLength(2)
  expect(new Set(served)).toEqual(new Set(workers.map(({ pid }) => pid)))
})

it('a worker thread is a source of its own in its process', async () => {
  const watched = await watchNode('threads.mjs')
  const [client] = expectBothEnds(watched)
  expect(protocolsOf(watched.traffic)).toEqual(['JSON lines'])
  const [main, worker] = watched.threads
  expect(worker).toMatchObject({ pid: main?.pid, threadId: 1 })
  expect(client?.connection.thread).toBe(worker)
})

it('a grandchild behind a shell and a pipe', async () => {
  const command = `'${process.execPath}' '${programPath('ws.mjs')}' | cat`
  const watched = await watch(['sh', '-c', command])
  expect(watched.ran.stdout).toContain('hawser ⚓')
  expectBothEnds(watched)
  expect(watched.threads).toEqual([expect.objectContaining({ title: 'ws.mjs' })])
})

it('a program that npm runs', async () => {
  const scripts = { start: `node ${JSON.stringify(programPath('ws.mjs'))}` }
  const folder = createFolder({ 'package.json': JSON.stringify({ private: true, scripts }) })
  const words = ['run', '--silent', '--no-update-notifier', '--prefix', folder, 'start']
  const watched = await watch(['npm', ...words])
  expect(watched.ran.stdout).toContain('hawser ⚓')
  expectBothEnds(watched)
  expect(watched.threads.map(({ title }) => title)).toEqual([
    expect.stringMatching(/^npm/),
    'ws.mjs',
  ])
})

function expectHawser(watched: Watched): void {
  const [client, ...pooled] = expectBothEnds(watched)
  expect(client!.out.toString()).toBe(`hawser ⚓\n${'x'.repeat(50_000)}\n`)
  const requests = pooled.map(({ out }) => out.toString()).join('')
  expect(requests.trim().split('\n').toSorted()).toEqual(['a', 'b', 'c'])
}
