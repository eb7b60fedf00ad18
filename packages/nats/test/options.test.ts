import { OptionError } from 'hawser'
import { expect, it } from 'vitest'
import { natsBackplane } from '../src/index.js'
import { resolveOptions } from '../src/options.js'

it.each([
  [{ server: 'a' }, /no option 'server'.*use servers, prefix/],
  [{ prefix: 'a b' }, /prefix is "a b".*words/],
  [{ prefix: 'a.>' }, /prefix is/],
  [{ nodeId: '' }, /nodeId is "".*printable/],
  [{ nodeId: 'x'.repeat(65) }, /nodeId is/],
  [{ presence: 0 }, /presence is 0.*from 10 to 600000, or Infinity/],
  [{ maxNodes: 1.5 }, /maxNodes is 1.5/],
  [{ servers: [] }, /servers is no text and no list/],
  [{ servers: 'nats://user:secret@host' }, /credentials belong in connection/],
  [{ servers: 'redis://host' }, /no host:port/],
  [
    { connection: { noEcho: false } },
    /connection.noEcho is decided by the backplane: leave it out/,
  ],
  [{ connection: { servers: 'a' } }, /use the option servers/],
  [{ connection: 'a' }, /connection is "a"/],
])('the options %o are refused', async (options, message) => {
  const refused = natsBackplane(options as object)
  await expect(refused).rejects.toThrow(message)
  await expect(refused).rejects.toBeInstanceOf(OptionError)
  await expect(refused).rejects.not.toThrow(/secret/)
})

it('the client is told what the promises depend on, whatever else is passed on', () => {
  const { client, servers } = resolveOptions({
    servers: ['nats://one:4222', 'two'],
    nodeId: 'me',
    connection: { user: 'u', pass: 'p', pingInterval: 1 },
  })
  expect(servers).toEqual(['one:4222', 'two'])
  expect(client).toMatchObject({
    servers: ['one:4222', 'two'],
    name: 'hawser me',
    noEcho: true,
    maxReconnectAttempts: -1,
    user: 'u',
    pass: 'p',
    pingInterval: 1,
  })
  expect(client).not.toHaveProperty('tls')
})

it('tls:// insists on TLS', () => {
  expect(resolveOptions({ servers: 'tls://one' }).client.tls).toEqual({})
  const tls = { ca: 'pem' }
  expect(resolveOptions({ servers: 'tls://one', connection: { tls } }).client.tls).toEqual(tls)
})
