import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  connect,
  createClient,
  createPool,
  jsonLines,
  lengthPrefixed,
  lines,
  raw,
  type Server,
  type ServerOptions,
} from 'hawser'
import { createLog, logTraffic, openLog as open, rowFlags } from 'hawser/log'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { until } from '../../../../test/support/until.js'
import { portOf, serve } from '../server/support/serving.js'
import { createSecure } from '../server/support/secure.js'
import { append, openLog } from './support/open-log.js'
import { bytesOf, eventsOf, parseLog } from './support/parse-log.js'

function newFile(): string {
  return join(createFolder(), 'session.hawser')
}

function echo(options: ServerOptions<string, string> = {}): Promise<Server<string, string>> {
  const message = (connection: { send(text: string): unknown }, line: string): unknown =>
    connection.send(line)
  return serve({ framing: lines(), ...options }, { message } as never)
}

async function exchange(port: number, ...texts: string[]): Promise<void> {
  const client = await connect(`127.0.0.1:${port}`, { framing: lines() })
  for (const text of texts) {
    await client.send(text)
    await client.receive()
  }
  await client.close()
}

it('a server is logged: both ends, all bytes, and how each connection closed', async () => {
  const server = await echo()
  const other = await echo()
  const file = newFile()
  const traffic = await logTraffic(server, file)
  await exchange(portOf(server), 'one', 'two')
  await exchange(portOf(other), 'not logged')
  await exchange(portOf(server), 'three')
  await until(() => server.connections.size === 0)
  await traffic.stop()
  await exchange(portOf(server), 'after')
  const { rows } = parseLog(file)
  expect(bytesOf(rows, 1, 1).toString()).toBe('one\ntwo\n')
  expect(bytesOf(rows, 1, 2).toString()).toBe('one\ntwo\n')
  expect(bytesOf(rows, 2, 1).toString()).toBe('three\n')
  expect(new Set(rows.map((row) => row.connection))).toEqual(new Set([1, 2]))
  expect(eventsOf(rows, 1)).toEqual([
    {
      event: 'open',
      side: 'server',
      localAddress: '127.0.0.1',
      localPort: portOf(server),
      remoteAddress: '127.0.0.1',
      remotePort: expect.any(Number) as number,
    },
    expect.objectContaining({
      event: 'close',
      by: 'remote',
      reason: 'ended',
      bytesRead: 8,
      bytesWritten: 8,
    }),
  ])
})

describe('what dials is logged', () => {
  it('a client', async () => {
    const server = await echo()
    const file = newFile()
    const client = createClient<string, string>(`127.0.0.1:${portOf(server)}`, { framing: lines() })
    onTestFinished(() => client.close({ drain: 0 }).then(() => undefined))
    const traffic = await logTraffic(client, file)
    expect(await client.request('hello')).toBe('hello')
    await client.close()
    await traffic.stop()
    const { rows } = parseLog(file)
    expect(bytesOf(rows, 1, 2).toString()).toBe('hello\n')
    expect(bytesOf(rows, 1, 1).toString()).toBe('hello\n')
    expect(eventsOf(rows, 1)[0]).toMatchObject({ side: 'client', remotePort: portOf(server) })
  })

  it('a pool, whose connections are several', async () => {
    const server = await echo()
    const file = newFile()
    const pool = createPool<string, string>(`127.0.0.1:${portOf(server)}`, { framing: lines() })
    onTestFinished(() => pool.close({ drain: 0 }).then(() => undefined))
    const traffic = await logTraffic(pool, file)
    const leases = [await pool.acquire(), await pool.acquire()]
    for (const [index, lease] of leases.entries()) await lease.request(`lease ${index}`)
    for (const lease of leases) lease.release()
    await pool.close()
    await traffic.stop()
    const { rows } = parseLog(file)
    expect([1, 2].map((id) => bytesOf(rows, id, 2).toString())).toEqual(['lease 0\n', 'lease 1\n'])
  })

  it('one connection, from its next bytes on', async () => {
    const server = await echo()
    const file = newFile()
    const client = await connect(`127.0.0.1:${portOf(server)}`, { framing: lines() })
    await client.send('before')
    await client.receive()
    const traffic = await logTraffic(client, file)
    await client.send('after')
    await client.receive()
    await client.close()
    await traffic.stop()
    const { rows } = parseLog(file)
    expect(bytesOf(rows, 1, 2).toString()).toBe('after\n')
    expect(eventsOf(rows, 1)[0]).toMatchObject({ event: 'open', late: true })
  })
})

it('of TLS the bytes inside are logged, and say so', async () => {
  const { tls, ca } = await createSecure()
  const server = await echo({ tls })
  const file = newFile()
  const traffic = await logTraffic(server, file)
  const client = await connect(`127.0.0.1:${portOf(server)}`, {
    framing: lines(),
    tls: { ca },
  })
  await client.send('secret')
  await client.receive()
  await client.close()
  await until(() => server.connections.size === 0)
  await traffic.stop()
  const { rows } = parseLog(file)
  const received = rows.filter((row) => row.kind === 1)
  expect(received.map((row) => [row.flags, row.data.toString()])).toEqual([
    [rowFlags.tls, 'secret\n'],
  ])
  expect(eventsOf(rows, 1)[0]).toMatchObject({ tls: { protocol: 'TLSv1.3' } })
})

it('server and client share a log, and a message goes out as one row and comes in as another', async () => {
  const server = await echo()
  const { log, file } = await openLog()
  const client = createClient<string, string>(`127.0.0.1:${portOf(server)}`, { framing: lines() })
  const logs = [await logTraffic(server, log), await logTraffic(client, log)]
  await client.request('ping')
  await client.close()
  await until(() => server.connections.size === 0)
  for (const each of logs) await each.stop()
  log.event({ event: 'note', text: 'the log goes on' })
  await log.close()
  const { rows } = parseLog(file)
  const texts = rows.filter((row) => row.kind < 3).map((row) => row.data.toString())
  expect(texts).toEqual(['ping\n', 'ping\n', 'ping\n', 'ping\n'])
  expect(eventsOf(rows, 0)).toEqual([{ event: 'note', text: 'the log goes on' }])
})

it('large messages are logged byte for byte, whichever buffers they were in', async () => {
  const server = await serve<Uint8Array, Uint8Array>(
    { framing: lengthPrefixed({ bytes: 4 }) },
    { message: (connection, message) => connection.send(message) },
  )
  const file = newFile()
  const traffic = await logTraffic(server, file, { memory: 64 * 1024 * 1024 })
  const client = await connect(`127.0.0.1:${portOf(server)}`, {
    framing: lengthPrefixed({ bytes: 4 }),
  })
  const sizes = [1, 100, 40_000, 1_000_000, 9]
  const messages = sizes.map((size, index) => Buffer.alloc(size, `${index}abc`))
  for (const message of messages) {
    await client.send(message)
    await client.receive()
  }
  await client.close()
  await until(() => server.connections.size === 0)
  await traffic.stop()
  const wanted = Buffer.concat(
    messages.flatMap((message) => {
      const size = Buffer.alloc(4)
      size.writeUInt32BE(message.length)
      return [size, message]
    }),
  )
  const { rows } = parseLog(file)
  expect(bytesOf(rows, 1, 1).equals(wanted)).toBe(true)
  expect(bytesOf(rows, 1, 2).equals(wanted)).toBe(true)
})

it('a log that has stopped never reaches the traffic', async () => {
  const server = await echo()
  const log = await append(newFile())
  const traffic = await logTraffic(server, log)
  await log.close()
  await exchange(portOf(server), 'one', 'two')
  await traffic.stop()
})

it('options belong to a file', async () => {
  const log = await createLog(newFile())
  onTestFinished(() => log.close())
  const invalid = { code: 'HAWSER_INVALID_OPTION' }
  await expect(logTraffic({}, log, { sync: true })).rejects.toMatchObject(invalid)
  await expect(logTraffic(undefined as never, log)).rejects.toMatchObject(invalid)
  await expect(logTraffic({}, newFile(), { snc: true } as never)).rejects.toMatchObject(invalid)
  await expect(open(newFile())).rejects.toMatchObject({ code: 'HAWSER_LOG_FAILED' })
})

it('a masked log has no words of an error that may quote the peer', async () => {
  const server = await serve({ framing: jsonLines() }, { message: () => undefined })
  const { log, file } = await openLog({ mask: [{ pattern: /secret/ }] })
  const traffic = await logTraffic(server, log)
  const client = await connect(`127.0.0.1:${portOf(server)}`, { framing: raw() })
  await client.send('"a": "secret"\n')
  await client.closed
  await until(() => server.connections.size === 0)
  await traffic.stop()
  await log.close()
  expect(eventsOf(parseLog(file).rows, 1).at(-1)).toMatchObject({
    reason: 'frame-malformed',
    error: { code: 'HAWSER_FRAME_MALFORMED' },
  })
  expect(readFileSync(file, 'latin1')).not.toContain('sec')
})

it('what else is said of each connection is in its event open, and its number can be asked for', async () => {
  const server = await echo()
  const file = newFile()
  await using log = await createLog(file)
  const traffic = await logTraffic(server, log, {
    details: { name: 'orders', side: 'ours is kept' },
  })
  const client = await connect(`127.0.0.1:${portOf(server)}`, { framing: lines() })
  await client.send('one')
  await client.receive()
  const [connection] = server.connections
  expect(traffic.numberOf(connection!)).toBe(1)
  expect(traffic.numberOf(client)).toBeUndefined()
  await client.close()
  await until(() => server.connections.size === 0)
  expect(traffic.numberOf(connection!)).toBeUndefined()
  await traffic.stop()
  const [opened] = eventsOf(parseLog(file).rows, 1)
  expect(opened).toMatchObject({ event: 'open', name: 'orders', side: 'server' })
})

it('what a person sends is marked, and nothing else', async () => {
  const server = await echo()
  const file = newFile()
  const traffic = await logTraffic(server, file)
  const client = await connect(`127.0.0.1:${portOf(server)}`, { framing: lines() })
  await client.send('one')
  await client.receive()
  const [connection] = server.connections
  traffic.sendingByHand(connection!)
  await connection!.send('by hand')
  await client.receive()
  await client.send('two')
  await client.receive()
  await client.close()
  await until(() => server.connections.size === 0)
  // One that is closed is not kept.
  traffic.sendingByHand(connection!)
  await traffic.stop()
  const out = parseLog(file).rows.filter(({ kind }) => kind === 2)
  expect(out.map(({ flags }) => flags)).toEqual([0, rowFlags.byHand, 0])
})

it('an event of a program stands with its connection while that is open', async () => {
  const server = await echo()
  const file = newFile()
  const traffic = await logTraffic(server, file)
  const client = await connect(`127.0.0.1:${portOf(server)}`, { framing: lines() })
  await client.send('one')
  await client.receive()
  const [connection] = server.connections
  traffic.event(connection!, { event: 'paid', order: 7 })
  traffic.event(client, { event: 'of another' })
  await client.close()
  await until(() => server.connections.size === 0)
  traffic.event(connection!, { event: 'too late' })
  await traffic.stop()
  const events = eventsOf(parseLog(file).rows, 1)
  expect(events).toMatchObject([{ event: 'open' }, { event: 'paid' }, { event: 'close' }])
  expect(events[1]).toEqual({ event: 'paid', order: 7 })
})

it('several are logged together', async () => {
  const server = await echo()
  const file = newFile()
  const clients = [1, 2].map(() =>
    createClient<string, string>(`127.0.0.1:${portOf(server)}`, { framing: lines() }),
  )
  const traffic = await logTraffic(clients, file)
  for (const client of clients) await client.request('hello')
  await exchange(portOf(server), 'not logged')
  for (const client of clients) await client.close()
  await traffic.stop()
  const { rows } = parseLog(file)
  expect([1, 2, 3].map((id) => bytesOf(rows, id, 2).toString())).toEqual(['hello\n', 'hello\n', ''])
})
