import { connect, delimited } from 'hawser'
import { rowFlags } from 'hawser/log'
import { describe, expect, it } from 'vitest'
import type { Responder } from '../../src/protocol/responder.js'
import { createEmptyLog } from '../support/logs.js'
import { createList } from '../support/sessions.js'

const text = (said: string): Uint8Array => new TextEncoder().encode(said)
const show = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

type Both = Awaited<ReturnType<typeof createList>>

async function startServer(
  both: Both,
  more: object = {},
): Promise<{ id: number; address: string }> {
  const id = await both.list.start({
    kind: 'server',
    name: 'echo',
    listen: '127.0.0.1:0',
    framing: 'lines',
    ...more,
  })
  const { addresses } = await both.until(id, ({ state }) => state !== 'starting')
  return { id, address: addresses[0] ?? '' }
}

describe('a server', () => {
  it('greets, sends back, counts, and writes each row into the log under its number', async () => {
    const both = await createList()
    const { id, address } = await startServer(both, { respond: 'echo', greeting: 'hello' })
    const client = await connect(address, { framing: delimited('\n') })
    expect(show(await client.receive())).toBe('hello')
    await client.send('one')
    expect(show(await client.receive())).toBe('one')
    const state = await both.until(id, ({ connections }) => connections === 1)
    expect(state).toMatchObject({ state: 'running', accepted: 1, canSend: true, log: 0 })
    await client.close()
    const { bytesRead, bytesWritten } = await both.until(id, (now) => now.connections === 0)
    expect([bytesRead, bytesWritten]).toEqual([4, 10])
    const rows = await both.rows()
    expect(rows.map(({ event }) => event?.event).filter(Boolean)).toEqual([
      'listening',
      'open',
      'close',
    ])
    expect(rows.find(({ event }) => event?.event === 'open')?.event).toMatchObject({
      session: id,
      name: 'echo',
    })
  })

  it('refuses beyond its maximum, which may be set while it runs', async () => {
    const both = await createList()
    const { id, address } = await startServer(both, { maxConnections: 1 })
    const first = await connect(address)
    await both.until(id, ({ connections }) => connections === 1)
    const second = await connect(address)
    await second.closed
    const state = await both.until(id, ({ refused }) => refused === 1)
    expect(state.maxConnections).toBe(1)
    both.list.limit(id, 2)
    const third = await connect(address)
    await both.until(
      id,
      ({ connections, maxConnections }) => connections === 2 && maxConnections === 2,
    )
    await first.close()
    await third.close()
    expect(() => both.list.limit(id, -1)).toThrow(
      expect.objectContaining({ code: 'WORKBENCH_INVALID' }),
    )
    const refused = (await both.rows()).find(({ event }) => event?.event === 'refused')
    expect(refused?.event).toMatchObject({ session: id, reason: 'limit', limit: 1 })
  })

  it('speaks to one client, or to all, and the log says that a person did', async () => {
    const both = await createList()
    const { id, address } = await startServer(both)
    const clients = [1, 2].map(() => connect(address, { framing: delimited('\n') }))
    const [a, b] = await Promise.all(clients)
    await both.until(id, ({ connections }) => connections === 2)
    const { all, connections } = both.list.connections(id, 10)
    expect(all).toBe(2)
    expect(connections.map((connection) => connection.id)).toEqual([1, 2])
    expect(connections[0]).toMatchObject({ session: id, phase: 'open', isPaused: false, unsent: 0 })
    expect(both.list.connections(id, 1).connections).toHaveLength(1)
    expect(await both.list.send(id, text('to all'))).toBe(2)
    expect(await both.list.send(id, text('to none'), [77])).toBe(0)
    const said = await Promise.all([a!.receive(), b!.receive()])
    expect(said.map(show)).toEqual(['to all', 'to all'])
    const out = (await both.rows()).filter(({ kind }) => kind === 'out')
    expect(out.map(({ flags }) => flags)).toEqual([rowFlags.byHand, rowFlags.byHand])
    await a!.close()
    await b!.close()
  })

  it('pauses, ends and resets a connection', async () => {
    const both = await createList()
    const { id, address } = await startServer(both, { respond: 'echo' })
    const client = await connect(address, { framing: delimited('\n') })
    await both.until(id, ({ connections }) => connections === 1)
    both.list.act(id, 1, 'pause')
    expect(both.list.connections(id, 1).connections[0]?.isPaused).toBe(true)
    await client.send('waits')
    both.list.act(id, 1, 'resume')
    expect(show(await client.receive())).toBe('waits')
    both.list.act(id, 1, 'reset')
    expect((await client.closed).reason).toBe('reset')
    await both.until(id, ({ connections }) => connections === 0)
    const gone = { code: 'WORKBENCH_NOT_FOUND', message: expect.stringMatching(/connection 1/) }
    expect(() => both.list.act(id, 1, 'pause')).toThrow(expect.objectContaining(gone))
  })

  it('that cannot listen is there as failed, and is started again when it can', async () => {
    const both = await createList()
    const first = await startServer(both)
    const second = await both.list.start({ kind: 'server', name: 'b', listen: first.address })
    const failed = await both.until(second, ({ state }) => state === 'failed')
    expect(failed.error).toMatch(/something already listens there/)
    await both.list.stop(first.id)
    await both.list.restart(second)
    await both.until(second, ({ state }) => state === 'running')
  })

  it('that is stopped lets go of its clients, keeps its counts, and can be removed', async () => {
    const both = await createList()
    const { id, address } = await startServer(both)
    const client = await connect(address)
    await client.send('abc\n')
    await both.until(id, ({ connections }) => connections === 1)
    await both.list.stop(id)
    await client.closed
    const state = await both.until(id, (now) => now.state === 'stopped')
    expect(state).toMatchObject({ addresses: [], connections: 0, canSend: false, accepted: 1 })
    await expect(async () => both.list.send(id, text('x'))).rejects.toMatchObject({
      code: 'WORKBENCH_NOT_NOW',
    })
    await both.list.remove(id)
    expect(both.list.all).toEqual([])
    await expect(both.list.stop(id)).rejects.toMatchObject({ code: 'WORKBENCH_NOT_FOUND' })
  })
})

describe('a client', () => {
  it('connects, speaks, and hears', async () => {
    const both = await createList()
    const server = await startServer(both, { respond: 'echo' })
    const id = await both.list.start({
      kind: 'client',
      name: 'us',
      connect: server.address,
      framing: 'lines',
      connections: 2,
    })
    const state = await both.until(id, ({ connections }) => connections === 2)
    expect(state.addresses).toEqual([server.address])
    expect(await both.list.send(id, text('hi'))).toBe(2)
    await both.list.stop(id)
    const stopped = await both.until(id, (now) => now.state === 'stopped')
    expect(stopped).toMatchObject({ bytesWritten: 6, connections: 0 })
  })

  it('whose server ends says so', async () => {
    const both = await createList()
    const server = await startServer(both)
    const id = await both.list.start({ kind: 'client', name: 'us', connect: server.address })
    await both.until(id, ({ connections }) => connections === 1)
    await both.list.stop(server.id)
    const { error } = await both.until(id, ({ state }) => state === 'failed')
    expect(error).toBeTruthy()
  })

  it('that cannot connect is failed, with what to do', async () => {
    const both = await createList()
    const server = await startServer(both)
    await both.list.stop(server.id)
    const id = await both.list.start({ kind: 'client', name: 'us', connect: server.address })
    const { error } = await both.until(id, ({ state }) => state === 'failed')
    expect(error).toMatch(/^cannot connect to .* nothing listens there/)
  })

  it('connects again when it is asked to', async () => {
    const both = await createList()
    const server = await startServer(both)
    const { name, listen } = { name: 'echo', listen: server.address }
    const id = await both.list.start({
      kind: 'client',
      name: 'us',
      connect: server.address,
      reconnect: true,
    })
    await both.until(id, ({ connections }) => connections === 1)
    await both.list.restart(server.id, { kind: 'server', name, listen })
    await both.until(id, ({ accepted, connections }) => accepted === 2 && connections === 1)
  })
})

it('a port alone is of this machine only, as for the command', async () => {
  const both = await createList()
  const id = await both.list.start({ kind: 'server', name: 'one', listen: '0' })
  const { addresses, definition } = await both.until(id, ({ state }) => state === 'running')
  expect(addresses).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)])
  expect(definition).toMatchObject({ listen: '127.0.0.1:0' })
  await both.list.restart(id, { kind: 'server', name: 'one', listen: '0' })
  expect(both.list.all[0]?.addresses).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)])
  const port = addresses[0]?.split(':')[1] ?? ''
  const client = await both.list.start({ kind: 'client', name: 'us', connect: port })
  expect(both.list.all.find((session) => session.id === client)?.definition).toMatchObject({
    connect: `localhost:${port}`,
  })
})

it.each(['fd:3', 'FD:0', 'systemd:web'])(
  'a session takes no socket of the process: %s',
  async (listen) => {
    const { list } = await createList()
    await list.start({ kind: 'server', name: 'one', listen })
    expect(list.all).toMatchObject([
      { state: 'failed', error: expect.stringContaining('127.0.0.1:9000') },
    ])
  },
)

it('sessions that no page could be told of are refused', async () => {
  const both = await createList()
  const rules = (count: number): Responder[] =>
    Array.from({ length: count }, (_, index) => {
      const reply = { as: 'text', text: 'x'.repeat(60_000) } as const
      return { name: `${index}`, match: { as: 'length' }, do: 'reply', reply }
    })
  const definition = { kind: 'server', name: 'wordy', listen: '127.0.0.1:0' } as const
  const refused = expect.objectContaining({ code: 'WORKBENCH_NOT_NOW' })
  await expect(both.list.start({ ...definition, responders: rules(40) })).rejects.toEqual(refused)
  const id = await both.list.start({ ...definition, responders: rules(20) })
  await expect(both.list.start({ ...definition, responders: rules(20) })).rejects.toEqual(refused)
  expect(() => both.list.setResponders(id, rules(40))).toThrow(refused)
  await expect(both.list.restart(id, { ...definition, responders: rules(40) })).rejects.toEqual(
    refused,
  )
  both.list.setResponders(id, rules(30))
  expect(both.list.all).toMatchObject([{ state: 'running' }])
})

it('a framing that is none is said in the state, with what there is', async () => {
  const both = await createList()
  const { id } = await startServer(both, { framing: 'lines!' })
  const { error } = await both.until(id, ({ state }) => state === 'failed')
  expect(error).toMatch(/no framing: there are/)
})

it('a file and a proxy cannot be spoken through, and say what to do', async () => {
  const both = await createList()
  const path = await createEmptyLog()
  const file = await both.list.start({ kind: 'file', name: 'old', path })
  expect(both.list.all[0]).toMatchObject({ state: 'running', log: file, canSend: false })
  expect(both.list.fileOf(file)).toBe(path)
  await expect(async () => both.list.send(file, text('x'))).rejects.toThrow(/is a file/)
  const proxy = await both.list.start({
    kind: 'proxy',
    name: 'p',
    listen: '127.0.0.1:0',
    target: '127.0.0.1:1',
  })
  const { error } = await both.until(proxy, ({ state }) => state === 'failed')
  expect(error).toBe('there is no proxy here')
})

it('one that is started as something else while it starts is that, once', async () => {
  const { list, until, rows } = await createList()
  const definition = { kind: 'server', name: 'a', listen: '127.0.0.1:0' } as const
  const id = list.add({ ...definition, greeting: 'first' })
  await Promise.all([list.restart(id), list.restart(id, { ...definition, greeting: 'second' })])
  const { addresses } = await until(id, ({ state }) => state === 'running')
  const client = await connect(addresses[0] ?? '')
  expect(Buffer.from(await client.receive()).toString()).toBe('second')
  await client.close()
  await list.stop(id)
  const places = (await rows()).flatMap(({ event }) =>
    event?.event === 'listening' ? (event['addresses'] as string[]) : [],
  )
  expect(places.length).toBe(1)
  for (const place of places) await expect(connect(place)).rejects.toThrow(/cannot connect/)
})
