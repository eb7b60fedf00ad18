import { connect, createServer, delimited, formatEndpoint } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { Runs } from '../../src/sequences/runs.js'
import { HandClock, settle } from '../support/scripted-target.js'
import { createEmptyLog } from '../support/logs.js'
import { createList } from '../support/sessions.js'

/** Sessions, and runs that speak through them; a test says when time passes. */
async function createBoth() {
  const both = await createList()
  const clock = new HandClock()
  const events: object[] = []
  const runs = new Runs({
    targetOf: (session, to) => both.list.target(session, to),
    watch: (listener) => both.list.watch(listener),
    log: { event: (event) => void events.push(event) },
    clock,
  })
  onTestFinished(() => runs.close())
  return { ...both, clock, runs, events }
}

async function startServer(both: Awaited<ReturnType<typeof createBoth>>, more: object = {}) {
  const id = await both.list.start({
    ...{ kind: 'server', name: 's', listen: '127.0.0.1:0', framing: 'lines' },
    ...more,
  })
  const { addresses } = await both.until(id, ({ state }) => state === 'running')
  return { id, address: addresses[0] ?? '' }
}

it('a repeat of a server has a number of its own in each message, and goes to those that are chosen', async () => {
  const both = await createBoth()
  const { id, address } = await startServer(both)
  const clients = await Promise.all(
    [1, 2].map(() => connect(address, { framing: delimited('\n') })),
  )
  await both.until(id, ({ connections }) => connections === 2)
  const [first] = both.list.connections(id, 2).connections
  const run = both.runs.repeat(
    { session: id, to: [first?.id ?? 0] },
    { bytes: Buffer.from('no. {{seq}}'), variables: true, every: 1_000, times: 2 },
  )
  const heard = (index: number) =>
    clients[index]?.receive().then((bytes) => String(Buffer.from(bytes)))
  const all = await Promise.race([heard(0), heard(1)])
  expect(all).toBe('no. 1')
  await both.clock.pass(1_000)
  expect(await both.runs.ended(run)).toMatchObject({ state: 'done', sent: 2 })
  await Promise.all(clients.map((client) => client.close()))
})

it('a repeat ends with its session, and with the connection that was chosen', async () => {
  const both = await createBoth()
  const { id, address } = await startServer(both)
  const clients = await Promise.all([1, 2].map(() => connect(address)))
  await both.until(id, ({ connections }) => connections === 2)
  const numbers = both.list.connections(id, 2).connections.map((each) => each.id)
  const repetition = {
    bytes: Buffer.from('x'),
    variables: false,
    every: 3_600_000,
    times: Infinity,
  }
  const all = both.runs.repeat({ session: id }, repetition)
  const one = both.runs.repeat({ session: id, to: numbers.slice(0, 1) }, repetition)
  await settle()
  both.list.act(id, numbers[0] ?? 0, 'close')
  expect(await both.runs.ended(one)).toMatchObject({ state: 'stopped', sent: 1 })
  expect(both.runs.all.find((run) => run.id === all)?.state).toBe('running')
  await both.list.stop(id)
  expect(await both.runs.ended(all)).toMatchObject({
    state: 'stopped',
    error: 'no connection is open any more',
  })
  await Promise.all(clients.map((client) => client.close()))
})

it('a sequence of a client speaks with a server', async () => {
  const both = await createBoth()
  const server = createServer(
    { framing: delimited('\n') },
    {
      open: (connection) => connection.send(Buffer.from('220 ready')),
      message: (connection, message) =>
        connection.send(Buffer.concat([Buffer.from('250 '), message])),
    },
  )
  onTestFinished(async () => void (await server.close()))
  await server.listen('127.0.0.1:0')
  const id = await both.list.start({
    ...{ kind: 'client', name: 'c', framing: 'lines' },
    connect: formatEndpoint(server.address() ?? ''),
  })
  await both.until(id, ({ state }) => state === 'running')
  const run = both.runs.play(
    { session: id },
    {
      name: 'hello',
      steps: [
        { do: 'send', text: 'HELO a' },
        { do: 'wait', regex: '^250 HELO' },
        { do: 'send', message: 'bye' },
        { do: 'wait', text: '250 QUIT' },
      ],
    },
    [{ name: 'bye', text: 'QUIT' }],
  )
  expect(await both.runs.ended(run)).toMatchObject({ state: 'done', sent: 2 })
})

it('what does not speak plays nothing', async () => {
  const both = await createBoth()
  const { id } = await startServer(both)
  await both.list.stop(id)
  const file = await both.list.start({ kind: 'file', name: 'f', path: await createEmptyLog() })
  for (const session of [id, file, 99]) {
    expect(() =>
      both.runs.play({ session }, { name: 'a', steps: [{ do: 'delay', ms: 1 }] }, []),
    ).toThrow(
      expect.objectContaining({
        code: session === 99 ? 'WORKBENCH_NOT_FOUND' : 'WORKBENCH_NOT_NOW',
      }),
    )
  }
  expect(both.events).toEqual([])
})
