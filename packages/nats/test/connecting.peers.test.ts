import { BackplaneError } from 'hawser'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createAuthority } from '../../../test/support/certificates.js'
import { createFolder } from '../../../test/support/folders.js'
import { itPeer } from '../../../test/support/peers.js'
import { natsBackplane, type NatsBackplaneOptions } from '../src/index.js'
import { NatsServer } from '../../../test/support/nats-server.js'
import { bytesOf, listen, settle, Told } from './support/nodes.js'

async function refusal(options: NatsBackplaneOptions): Promise<string> {
  const error = await natsBackplane(options).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(BackplaneError)
  return (error as BackplaneError).message
}

itPeer(
  'nats-server',
  'where no NATS server listens, the error says where and what to do',
  async (program) => {
    const nats = await NatsServer.start(program)
    await nats.kill()
    const text = await refusal({ servers: nats.address })
    expect(text).toBe(
      `no connection to the NATS server at ${nats.address}: connection refused: ` +
        'start nats-server there, or say with servers where it is',
    )
  },
)

itPeer('nats-server', 'a list of servers takes the one that is there', async (program) => {
  const gone = await NatsServer.start(program)
  await gone.kill()
  const { address } = await NatsServer.start(program)
  const { node } = await listen({ servers: [`nats://${gone.address}`, `nats://${address}`] })
  expect(node.connected).toBe(true)
})

itPeer(
  'nats-server',
  'wrong and missing credentials are refused, and the right ones are not',
  async (program) => {
    const { address } = await NatsServer.start(program, ['--user', 'ship', '--pass', 'anchor'])
    const refused = /refused the credentials .*: pass what it asks for in connection/
    expect(await refusal({ servers: address })).toMatch(refused)
    const wrong = await refusal({
      servers: address,
      connection: { user: 'ship', pass: 'wrong-one' },
    })
    expect(wrong).toMatch(refused)
    expect(wrong).not.toContain('wrong-one')
    const { node } = await listen({
      servers: address,
      connection: { user: 'ship', pass: 'anchor' },
    })
    await node.publish('a', bytesOf('hello'))
  },
)

itPeer(
  'nats-server',
  'TLS holds with the authority of the certificate, and with no other',
  async (program) => {
    const authority = await createAuthority('harbour')
    const { cert, key } = await authority.issue({ name: 'nats', names: ['localhost', '127.0.0.1'] })
    const folder = createFolder({ 'cert.pem': cert, 'key.pem': key })
    const files = ['--tlscert', join(folder, 'cert.pem'), '--tlskey', join(folder, 'key.pem')]
    const { address } = await NatsServer.start(program, ['--tls', ...files])
    const servers = `tls://${address}`
    const { node } = await listen({ servers, connection: { tls: { ca: authority.cert } } })
    await node.publish('a', bytesOf('hello'))
    expect(await refusal({ servers })).toMatch(/no TLS with the NATS server.*connection\.tls\.ca/)
  },
)

itPeer('nats-server', 'tls:// to a NATS server without TLS is refused', async (program) => {
  const { address } = await NatsServer.start(program)
  expect(await refusal({ servers: `tls://${address}` })).toMatch(/offers no TLS/)
})

itPeer(
  'nats-server',
  'a subscription that is not permitted rejects, and the others hold',
  async (program) => {
    const users = `users: [{ user: a, password: b, permissions: { subscribe: ["hawser.all", "hawser.n.>"] } }]`
    const folder = createFolder({ 'nats.conf': `authorization { ${users} }` })
    const { address } = await NatsServer.start(program, ['--config', join(folder, 'nats.conf')])
    const { node, told } = await listen({ servers: address, connection: { user: 'a', pass: 'b' } })
    await node.subscribe('')
    await expect(node.subscribe('news')).rejects.toThrow(/does not permit.*subscribe to hawser\.>/)
    await expect(node.subscribe('news')).rejects.toThrow(/does not permit/)
    expect(told.errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/the NATS server complained: Permissions Violation/i),
    ])
    expect(told.links).toEqual([])
  },
)

itPeer('nats-server', 'a node that has a server is refused to a second one', async (program) => {
  const { address } = await NatsServer.start(program)
  const { node } = await listen({ servers: address, nodeId: 'taken' })
  expect(() => node.open(new Told())).toThrow(/node taken has a server: call natsBackplane\(\)/)
  await settle([node])
  await node.close()
  expect(() => node.open(new Told())).toThrow(/has a server/)
})
