import { once } from 'node:events'
import type { Socket } from 'node:net'
import { BackplaneError } from 'hawser'
import { expect, it, onTestFinished, vi } from 'vitest'
import { until } from '../../../test/support/until.js'
import { natsBackplane } from '../src/index.js'
import { fakeNats, greet, infoOf } from './support/fake-nats.js'
import { bytesOf, listen } from './support/nodes.js'

it.each<[string, (socket: Socket) => void, RegExp]>([
  ['a mail server', (socket) => void socket.write('220 mail\r\n'), /does not speak as NATS does/],
  ['a broken INFO', (socket) => void socket.write('INFO {bad\r\n'), /does not speak as NATS does/],
  ['an empty INFO', (socket) => void socket.write('INFO null\r\n'), /does not speak as NATS does/],
  ['an end at once', (socket) => void socket.destroy(), /it ended the connection/],
])('%s in the place of NATS is said to be none', async (_what, accept, message) => {
  const { address } = await fakeNats(accept)
  const refused = natsBackplane({ servers: address })
  await expect(refused).rejects.toThrow(message)
  await expect(refused).rejects.toThrow(/start nats-server there/)
  await expect(refused).rejects.toBeInstanceOf(BackplaneError)
})

it.each<[string, (socket: Socket) => void, RegExp]>([
  [
    'is of before version 2',
    (socket) => void socket.write(infoOf({ proto: 0 })),
    /is too old: it does not know 'noEcho': run version 2 or a newer one there$/,
  ],
  [
    'is full',
    (socket) => void socket.end(`${infoOf({})}-ERR 'maximum connections exceeded'\r\n`),
    /ended the connection after \d+ bytes instead of taking this node: see in its log why: .*max_connections/,
  ],
  [
    'resets what it greeted',
    (socket) => {
      socket.write(infoOf({}))
      socket.once('data', () => socket.resetAndDestroy())
    },
    /ended the connection after \d+ bytes instead of taking this node: see in its log/,
  ],
  [
    'says nothing behind its greeting',
    (socket) => void socket.write(infoOf({})),
    /did not reply in time: \d+ bytes came.*: see whether what sent them is a NATS server/,
  ],
  [
    'says nothing',
    () => undefined,
    /did not reply in time: see whether a NATS server listens there/,
  ],
])(
  'a NATS server that %s is told as such, and its connection ends',
  async (_w, accept, message) => {
    const { address, sockets } = await fakeNats(accept)
    const refused = natsBackplane({ servers: address, connection: { timeout: 200 } })
    await expect(refused).rejects.toThrow(message)
    await expect(refused).rejects.toBeInstanceOf(BackplaneError)
    // The client forgets it: a process would go on for its sake.
    for (const socket of sockets) if (!socket.destroyed) await once(socket, 'close')
  },
)

it('a NATS server that takes no headers serves as well: none are sent', async () => {
  const { address, sockets } = await fakeNats((socket) => greet(socket, { headers: false }))
  let heard = ''
  const { node, told } = await listen({ servers: address })
  sockets[0]?.on('data', (bytes) => (heard += String(bytes)))
  await node.subscribe('a')
  await node.publish('a', bytesOf('hello'))
  expect(heard).toMatch(/SUB hawser\.t\.YQ \d+\r\n[^]*\r\nPUB hawser\.t\.YQ /)
  expect(heard).not.toContain('HPUB')
  expect(told.errors).toEqual([])
})

it('an option that the NATS client cannot use is no fault of the server', async () => {
  const connection = { reconnectDelayHandler: 'soon' } as unknown as object
  await expect(natsBackplane({ connection })).rejects.toThrow(
    /the NATS client refused: 'reconnectDelayHandler' must be a function: change connection/,
  )
})

it('a NATS server that begins to speak nonsense is left, and connected to anew', async () => {
  // The client says so there, by itself.
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  onTestFinished(() => said.mockRestore())
  const { address, sockets } = await fakeNats((socket) => greet(socket))
  const { node, told } = await listen({
    servers: address,
    connection: { pingInterval: 20, reconnectTimeWait: 1, reconnectJitter: 0 },
  })
  await node.publish('a', bytesOf('hello'))
  sockets[0]?.write('NONSENSE\r\n')
  await until(() => told.links.length === 2)
  expect(told.links).toEqual(['lost', 'back'])
  expect(told.errors[0]?.message).toMatch(/it did not reply to pings/)
  await node.publish('a', bytesOf('hello'))
  expect(sockets.length).toBe(2)
})
