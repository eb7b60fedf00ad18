import { writeFileSync } from 'node:fs'
import {
  connect,
  type Connection,
  createServer,
  type Endpoint,
  lines,
  type Refusal,
  type Server,
  type ServerOptions,
} from 'hawser'
import { ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { make, portOf, readWays } from './support/serving.js'

forbidStrayErrors()

const idle = { message: (): void => undefined }

interface Guarded {
  readonly server: Server
  readonly drops: Refusal[]
  /** Connect from an address of this machine; answers whether it was let in. */
  from(localAddress: string): Promise<Connection | undefined>
}

async function guard(
  options: ServerOptions<Uint8Array, Uint8Array | string>,
  endpoint: Endpoint = { host: '::', port: 0 },
): Promise<Guarded> {
  const server = await make(options, idle).listen(endpoint)
  const drops: Refusal[] = []
  server.on('drop', (refusal) => drops.push(refusal))
  return {
    server,
    drops,
    async from(localAddress) {
      const { accepted } = server.info()
      const seen = drops.length
      const host = localAddress.includes(':') ? '::1' : '127.0.0.1'
      const client = await connect({ host, port: portOf(server) }, { localAddress })
      await until(() => drops.length > seen || server.info().accepted > accepted)
      if (drops.length === seen) return client
      client.reset()
      return undefined
    },
  }
}

async function leave(server: Server, client: Connection | undefined): Promise<void> {
  const before = server.connections.size
  client?.reset()
  await until(() => server.connections.size === before - 1)
}

describe.each(readWays)('a maximum for each address, %s', (_name, fastRead) => {
  it('holds for one address and not for its neighbour, and room is made by one that leaves', async () => {
    const { server, drops, from } = await guard({ maxPerAddress: 2, fastRead })
    const [first] = [await from('127.0.0.1'), await from('127.0.0.1')]
    expect(await from('127.0.0.1')).toBe(undefined)
    expect(drops).toMatchObject([
      { reason: 'per-address', connections: 2, limit: 2, remoteAddress: '::ffff:127.0.0.1' },
    ])
    expect(await from('127.0.0.2')).toBeDefined()
    expect(await from('::1')).toBeDefined()
    await leave(server, first)
    expect(await from('127.0.0.1')).toBeDefined()
    expect(await from('127.0.0.1')).toBe(undefined)
    expect(server.info().refused).toMatchObject({ 'per-address': 2, limit: 0 })
  })

  it('counts as before when connections have come and gone a hundred times', async () => {
    const { server, from } = await guard({ maxPerAddress: 1, fastRead })
    for (let round = 0; round < 100; round += 1) await leave(server, await from('127.0.0.1'))
    expect(await from('127.0.0.1')).toBeDefined()
    expect(await from('127.0.0.1')).toBe(undefined)
  })

  it('does not hold on a Unix socket', async () => {
    const path = `${createFolder()}/app.sock`
    const options = { maxPerAddress: 1, allow: [], connectRate: 0.001, fastRead }
    const { server } = await guard(options, `unix:${path}`)
    const clients = [await connect(`unix:${path}`), await connect(`unix:${path}`)]
    await until(() => server.connections.size === 2)
    for (const client of clients) client.reset()
  })
})

describe('the lists of who may connect', () => {
  it('keep out who is denied, and who is not allowed', async () => {
    const { drops, from, server } = await guard({
      allow: ['127.0.0.0/29', '::1'],
      deny: ['127.0.0.2-127.0.0.3'],
    })
    expect(await from('127.0.0.1')).toBeDefined()
    expect(await from('::1')).toBeDefined()
    for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.8']) {
      expect(await from(address)).toBe(undefined)
    }
    expect(drops).toMatchObject([{ reason: 'denied', connections: 2, limit: 0 }, {}, {}])
    expect(server.refused.denied).toBe(3)
  })

  it('are replaced while the server runs, and those open stay', async () => {
    const { from, server } = await guard({})
    expect(await from('127.0.0.1')).toBeDefined()
    server.setAccess({ deny: ['127.0.0.1'] })
    expect(await from('127.0.0.1')).toBe(undefined)
    expect(await from('127.0.0.2')).toBeDefined()
    server.setAccess({ allow: ['127.0.0.1'] })
    expect(await from('127.0.0.1')).toBeDefined()
    expect(await from('127.0.0.2')).toBe(undefined)
    expect(() => server.setAccess({ allow: ['127.0.0.2'], deny: ['10.0.0.0/40'] })).toThrow(
      /^deny cannot be used: the prefix of 10\.0\.0\.0\/40 is 40/,
    )
    expect(await from('127.0.0.2')).toBe(undefined)
    server.setAccess({})
    expect(await from('127.0.0.2')).toBeDefined()
    expect(server.connections.size).toBe(4)
  })

  it('may stand in files, which are read again when they are set again', async () => {
    const file = `${createFolder()}/deny.txt`
    writeFileSync(file, '# who was rude\n127.0.0.2\n\n  127.0.0.4/30   # a whole block\r\n')
    const { from, server } = await guard({ deny: ['127.0.0.9', file] })
    for (const address of ['127.0.0.2', '127.0.0.5', '127.0.0.9']) {
      expect(await from(address)).toBe(undefined)
    }
    writeFileSync(file, '127.0.0.1')
    expect(await from('127.0.0.1')).toBeDefined()
    server.setAccess({ deny: [file] })
    expect(await from('127.0.0.1')).toBe(undefined)
    expect(await from('127.0.0.2')).toBeDefined()
  })

  it('may be longer than a call may have arguments, in a file and as they are passed', async () => {
    const address = (index: number): string =>
      `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 254}`
    const many = Array.from({ length: 140_000 }, (_, index) => address(index * 2))
    const file = `${createFolder()}/deny.txt`
    writeFileSync(file, [...many, '127.0.0.2', '2001:db8::/32'].join('\n'))
    const { from, server } = await guard({ deny: [file] })
    expect(await from('127.0.0.2')).toBe(undefined)
    expect(await from('127.0.0.1')).toBeDefined()
    server.setAccess({ deny: [...many, '127.0.0.3'] })
    expect(await from('127.0.0.3')).toBe(undefined)
    expect(await from('127.0.0.2')).toBeDefined()
  })

  it.each([
    [
      ['10.0.0.0/33'],
      'allow cannot be used: the prefix of 10.0.0.0/33 is 33 and takes 0 to 32 bits',
    ],
    [[''], /^allow has the entry "": each is an address/],
    [[7 as unknown as string], /^allow has the entry 7: /],
    ['10.0.0.1' as unknown as string[], /^allow is a string and takes a list of addresses/],
    [['localhost'], /^allow names "localhost", which is no address and no file .*: ENOENT/],
  ])('that cannot be used are refused at once: %j', (allow, message) => {
    const refused = { code: 'HAWSER_INVALID_OPTION', message: expect.stringMatching(message) }
    expect(() => createServer({ allow })).toThrow(expect.objectContaining(refused))
  })

  it('say in which line of which file they are wrong', () => {
    const file = `${createFolder()}/allow.txt`
    writeFileSync(file, '# ours\n10.0.0.0/8\n10.0.0.300\n')
    expect(() => createServer({ allow: [file] })).toThrow(
      `allow cannot be used: ${file}, line 3: "10.0.0.300" is no address, no CIDR block`,
    )
  })
})

describe('a rate of connections', () => {
  it('lets a burst of one address in, then what the time brings, and others as before', async () => {
    const clock = new VirtualClock()
    const { drops, from, server } = await guard({
      connectRate: { perSecond: 2, burst: 3 },
      clock,
    })
    for (let each = 0; each < 3; each += 1) expect(await from('127.0.0.1')).toBeDefined()
    expect(await from('127.0.0.1')).toBe(undefined)
    expect(await from('127.0.0.2')).toBeDefined()
    expect(drops).toMatchObject([{ reason: 'rate', connections: 3, limit: 2 }])
    await clock.advance(500)
    expect(await from('127.0.0.1')).toBeDefined()
    expect(await from('127.0.0.1')).toBe(undefined)
    expect(server.info().refused.rate).toBe(2)
  })

  it('as a number has a burst of a second, and who is refused otherwise takes nothing of it', async () => {
    const clock = new VirtualClock()
    const { from, server } = await guard({ connectRate: 2, maxConnections: 0, clock })
    for (let each = 0; each < 5; each += 1) expect(await from('127.0.0.1')).toBe(undefined)
    server.maxConnections = 10
    expect(await from('127.0.0.1')).toBeDefined()
    expect(await from('127.0.0.1')).toBeDefined()
    expect(await from('127.0.0.1')).toBe(undefined)
    expect(server.refused).toMatchObject({ limit: 5, rate: 1 })
  })
})

describe('whoever is refused by address', () => {
  it('gets the goodbye', async () => {
    const server = await make(
      { framing: lines(), deny: ['127.0.0.1'], goodbye: 'not you' },
      {},
    ).listen({ host: '127.0.0.1', port: 0 })
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.receives('not you\n')
    await peer.receivesEnd()
    expect(server.refused.denied).toBe(1)
  })

  it.each([
    [undefined, 1],
    [128, 2],
  ])('counts two hosts of an IPv6 network with ipv6Prefix %s as %i', async (ipv6Prefix, count) => {
    const server = make({
      maxPerAddress: 1,
      ipv6Prefix,
      proxyProtocol: { mode: 'require', trusted: ['127.0.0.1'] },
    })
    await server.listen({ host: '127.0.0.1', port: 0 })
    const clients = await Promise.all(
      ['2001:db8::1', '2001:db8::2'].map((address) => {
        const source = { address, port: 40_000 }
        const destination = { address: '2001:db8::3', port: 8_000 }
        return connect(server.address(), { proxyProtocol: { version: 2, source, destination } })
      }),
    )
    await until(() => server.connections.size + server.refused['per-address'] === 2)
    expect([server.connections.size, server.refused['per-address']]).toEqual([count, 2 - count])
    for (const client of clients) client.reset()
  })

  it.each([
    [{ ipv6Prefix: 0 }, /^ipv6Prefix is 0: it takes bits of an address, 1 to 128/],
    [{ ipv6Prefix: 129 }, /^ipv6Prefix is 129: it takes bits of an address, 1 to 128/],
    [{ maxPerAddress: 0 }, /^maxPerAddress is 0: it takes a number of connections, 1 or more/],
    [{ connectRate: 0 }, /^connectRate is 0 a second: it takes a number above 0/],
    [{ connectRate: { perSecond: Number.NaN } }, /^connectRate is NaN a second/],
    [
      { connectRate: { perSecond: 1, burst: 0 } },
      /^connectRate.burst is 0: it takes a number of connections/,
    ],
  ])('has limits that make sense: not %o', (options, message) => {
    expect(() => createServer(options)).toThrow(message)
  })
})
