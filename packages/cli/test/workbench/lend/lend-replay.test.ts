import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import type { LentServer, ReplayDefinition } from '@hawser/workbench'
import { createLog, type LogEvent, type SessionLog } from 'hawser/log'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { until } from '../../../../../test/support/until.js'
import { lendReplay } from '../../../src/workbench/lend/lend-replay.js'

/** A log in which a server said hello, and replied to each of these. */
async function record(said: readonly (readonly [string, string])[]): Promise<string> {
  const path = join(createFolder(), 'recorded.hawser')
  const log = await createLog(path)
  const connection = log.open({}, { side: 'server' })
  for (const [client, server] of said) {
    if (client !== '') connection.in(Buffer.from(client))
    connection.out(Buffer.from(server))
  }
  connection.close({ by: 'remote', reason: 'ended' })
  await log.close()
  return path
}

async function serve(path: string, more: Partial<ReplayDefinition> = {}) {
  const log: SessionLog = await createLog(join(createFolder(), 'session.hawser'))
  const events: LogEvent[] = []
  const failures: string[] = []
  Object.assign(log, { event: (event: LogEvent) => void events.push(event) })
  const definition = { kind: 'replay', name: 'r', listen: '127.0.0.1:0', path, ...more } as const
  const around = {
    log,
    details: { session: 1, name: 'r' },
    failed: (message: string) => void failures.push(message),
    changed: () => {},
  }
  const server: LentServer = await lendReplay(definition, around)
  onTestFinished(async () => {
    await server.stop()
    await log.close()
  })
  const dial = async (): Promise<Socket> => {
    const socket = connect(Number(server.addresses[0]?.split(':').at(-1)), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }
  return { server, dial, events, failures, log }
}

const hear = async (socket: Socket): Promise<string> => String((await once(socket, 'data'))[0])

it('each client gets what the server said when it was recorded, again and again', async () => {
  const path = await record([
    ['', 'hello\n'],
    ['PING\n', 'PONG\n'],
  ])
  const { server, dial, failures } = await serve(path)
  for (let round = 1; round <= 3; round++) {
    const socket = await dial()
    expect(await hear(socket)).toBe('hello\n')
    socket.write('PING\n')
    expect(await hear(socket)).toBe('PONG\n')
    expect(server.connections(9)).toMatchObject({ all: 1, connections: [{ id: round }] })
    socket.end()
    await once(socket, 'close')
    await until(() => server.connections(0).all === 0)
  }
  await until(() => server.bytesWritten === 33)
  expect([server.accepted, server.refused, failures]).toEqual([3, 0, []])
  expect([server.bytesRead, server.bytesWritten]).toEqual([15, 33])
})

it('a client that says something else is reset, and the log says what was different', async () => {
  const { dial, events } = await serve(await record([['PING\n', 'PONG\n']]))
  const socket = await dial()
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write('PUNG\n')
  await closed
  await until(() => events.length > 0)
  expect(events).toMatchObject([
    { event: 'note', session: 1, text: expect.stringMatching(/connection 1: the client's byte 1/) },
  ])
})

it('only the length matters where that is wanted', async () => {
  const { dial } = await serve(await record([['PING\n', 'PONG\n']]), { expect: 'length' })
  const socket = await dial()
  socket.write('PUNG\n')
  expect(await hear(socket)).toBe('PONG\n')
})

it('a connection is reset by hand, and one that is gone is not there', async () => {
  const { server, dial } = await serve(
    await record([
      ['', 'hello\n'],
      ['x', 'y'],
    ]),
  )
  const socket = await dial()
  await hear(socket)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  server.act(1, 'reset')
  await closed
  await until(() => server.connections(0).all === 0)
  expect(() => server.act(1, 'reset')).toThrow(/not open any more/)
})

it('a connection that is paused is said to be, and goes on where it was', async () => {
  const { server, dial } = await serve(
    await record([
      ['', 'hello\n'],
      ['x\n', 'y\n'],
    ]),
  )
  const socket = await dial()
  await hear(socket)
  const isPaused = () => server.connections(1).connections[0]?.isPaused
  expect(isPaused()).toBe(false)
  server.act(1, 'pause')
  expect(isPaused()).toBe(true)
  socket.write('x\n')
  server.act(1, 'resume')
  expect(isPaused()).toBe(false)
  expect(await hear(socket)).toBe('y\n')
})

it('a connection is closed by hand', async () => {
  const { server, dial } = await serve(
    await record([
      ['', 'hello\n'],
      ['x', 'y'],
    ]),
  )
  const socket = await dial()
  await hear(socket)
  const ended = once(socket, 'close')
  server.act(1, 'close')
  await ended
  await until(() => server.connections(0).all === 0)
})

it('a log without connections has nothing to be played', async () => {
  const path = join(createFolder(), 'empty.hawser')
  await (await createLog(path)).close()
  await expect(serve(path)).rejects.toThrow(/has no connection to be played/)
  await expect(serve(join(path, 'none'))).rejects.toMatchObject({ code: 'HAWSER_LOG_FAILED' })
})

it('a place that is taken is said', async () => {
  const path = await record([['a', 'b']])
  const { server } = await serve(path)
  const [listen = ''] = server.addresses
  await expect(serve(path, { listen })).rejects.toThrow(/already listens/)
})
