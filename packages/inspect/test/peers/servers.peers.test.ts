import { join } from 'node:path'
import { expect } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { freePort } from '../../../../test/support/free-port.js'
import { startMariadb } from '../../../../test/support/mariadb.js'
import { itPeer } from '../../../../test/support/peers.js'
import { startPostgres } from '../../../../test/support/postgres.js'
import { Running } from '../../../../test/support/running.js'
import { expectTheWire, expectWhole, ofRole, protocolsOf } from './support/expectations.js'
import { makeIdentity } from './support/identity.js'
import { startRelay } from './support/relay.js'
import { watchNode } from './support/watch.js'

itPeer('postgres', 'pg: each byte as on the wire', async (program) => {
  const relay = await startRelay({ path: await startPostgres(program) })
  const watched = await watchNode('pg.mjs', String(relay.port))
  expect(watched.ran.stdout).toContain("said: 'hawser ⚓'")
  expect(protocolsOf(expectTheWire(watched, relay))).toEqual(['PostgreSQL'])
})

itPeer('postgres', 'pg with TLS: one connection, plain until TLS begins', async (program) => {
  const port = await freePort()
  await startPostgres(program, { secure: { port, pair: await makeIdentity() } })
  const watched = await watchNode('pg.mjs', String(port), 'tls')
  const [client, ...others] = ofRole(watched, 'connect')
  expect(others).toEqual([])
  expect(client!.protocol).toBe('PostgreSQL')
  expect(client!.connection.tls?.version).toBe('TLSv1.3')
  // The request for TLS and the server's S, then everything else.
  expect(client!.secret).toBe(client!.in.length + client!.out.length - 9)
  expect(client!.in.toString('latin1', 0, 2)).toBe('SR')
  expect(client!.out.toString('latin1')).toContain('select 40 + 2 as sum')
  expect(client!.in.toString('latin1')).toContain('x'.repeat(200_000))
})

itPeer('mariadbd', 'mysql2: each byte as on the wire', async (program) => {
  const relay = await startRelay({ path: await startMariadb(program, await makeIdentity()) })
  const watched = await watchNode('mysql2.mjs', String(relay.port))
  expect(watched.ran.stdout).toContain("said: 'hawser ⚓'")
  expect(protocolsOf(expectTheWire(watched, relay))).toEqual(['MySQL'])
})

itPeer('mariadbd', 'mysql2 with TLS: one connection, plain until TLS begins', async (program) => {
  const relay = await startRelay({ path: await startMariadb(program, await makeIdentity()) })
  const watched = await watchNode('mysql2.mjs', String(relay.port), 'tls')
  const [client, ...others] = ofRole(watched, 'connect')
  expect(others).toEqual([])
  expect(client!.protocol).toBe('MySQL')
  expect(client!.connection.tls?.version).toBe('TLSv1.3')
  const plain = client!.in.length + client!.out.length - client!.secret
  // The server's greeting, and the client's request for TLS.
  expect(plain).toBeGreaterThan(60)
  expect(plain).toBeLessThan(200)
  expect(client!.out.toString('latin1')).toContain('select 40 + 2 as total')
  expect(client!.in.toString('latin1')).toContain('x'.repeat(200_000))
  expect(relay.taken.at(-1)!.up.toString('latin1')).not.toContain('select 40')
})

for (const name of ['redis', 'ioredis']) {
  itPeer('redis-server', `${name}: each byte as on the wire`, async (program) => {
    const relay = await startRelay({ path: await startRedis(program) })
    const watched = await watchNode(`${name}.mjs`, String(relay.port))
    expect(watched.ran.stdout).toContain('hawser ⚓')
    const clients = expectTheWire(watched, relay)
    expectWhole(clients)
    expect(protocolsOf(clients)).toEqual(['Redis'])
  })
}

for (const name of ['redis', 'ioredis']) {
  itPeer('redis-server', `${name} over TLS: each byte as it was in it`, async (program) => {
    const relay = await startRelay({ path: await startRedis(program) }, await makeIdentity())
    const watched = await watchNode(`${name}.mjs`, String(relay.port), 'tls')
    expect(watched.ran.stdout).toContain('hawser ⚓')
    const clients = expectTheWire(watched, relay)
    expectWhole(clients)
    expect(protocolsOf(clients)).toEqual(['Redis'])
    for (const { connection, in: incoming, out, secret } of clients) {
      expect(connection.tls?.version).toBe('TLSv1.3')
      expect(secret).toBe(incoming.length + out.length)
    }
  })
}

async function startRedis(program: string): Promise<string> {
  const socket = join(createFolder(), 'redis.sock')
  const running = new Running(program, ['--port', '0', '--unixsocket', socket, '--save', ''])
  await running.prints(/ready to accept connections/i)
  return socket
}
