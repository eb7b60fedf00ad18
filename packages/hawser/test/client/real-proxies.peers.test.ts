import dns from 'node:dns'
import { connect, type ConnectOptions, lines } from 'hawser'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createAuthority } from '../../../../test/support/certificates.js'
import { describePeer, findPeer, itPeer } from '../../../../test/support/peers.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { make, portOf, rejection, serve } from '../server/support/serving.js'
import { startMicrosocks, startSsh, startTinyproxy } from './support/real-proxies.js'

forbidStrayErrors()

const login = { user: 'ann', password: 'p:ss w%rd' }
const asked = `${login.user}:${encodeURIComponent(login.password)}`

/** A server on every address of this machine that says who connects, then what it is told. */
async function serveEcho(): Promise<number> {
  const server = make({ framing: lines() }, async (connection) => {
    await connection.send('hello')
    for await (const line of connection) await connection.send(line)
  })
  await server.listen(0)
  return portOf(server)
}

/** What a server says first, and answers to a line. */
async function talk(endpoint: string, options: ConnectOptions<string, string>): Promise<string[]> {
  const client = await connect(endpoint, { ...options, framing: lines() })
  await client.send('echo')
  const got: string[] = []
  for await (const line of client) {
    got.push(line)
    if (got.length === 2) break
  }
  await client.close()
  return got
}

/** The same under TLS, for a server whose certificate is for localhost. */
async function talkSecurely(proxy: string | readonly string[]): Promise<string[]> {
  const authority = await createAuthority('an authority')
  const identity = await authority.issue({ name: 'a', names: ['localhost'] })
  const server = make({ framing: lines(), tls: identity }, async (connection) => {
    await connection.send('hello')
    for await (const line of connection) await connection.send(line)
  })
  await server.listen(0)
  const tls = { ca: authority.cert }
  return talk(`tls://localhost:${portOf(server)}`, { proxy, tls })
}

async function closedPort(): Promise<number> {
  const server = await serve()
  const port = portOf(server)
  await server.close()
  return port
}

/** Every name that is looked up here until the test ends. */
function watchLookups(): string[] {
  const names: string[] = []
  const original = dns.lookup
  const mocked = vi.spyOn(dns, 'lookup').mockImplementation(((name: string, ...rest: never[]) => {
    names.push(name)
    return (original as (...values: unknown[]) => void)(name, ...rest)
  }) as never)
  onTestFinished(() => mocked.mockRestore())
  return names
}

describePeer('tinyproxy', 'through tinyproxy', (program) => {
  it('a connection and TLS are made', async () => {
    const { port } = await startTinyproxy(program)
    const proxy = `http://127.0.0.1:${port}`
    const names = watchLookups()
    expect(await talk(`localhost:${await serveEcho()}`, { proxy })).toEqual(['hello', 'echo'])
    expect(await talkSecurely(proxy)).toEqual(['hello', 'echo'])
    expect(names).toEqual([])
  })

  it('who has the password comes in, and nobody else', async () => {
    const plain = { user: 'ann', password: 'secret' }
    const { port } = await startTinyproxy(program, plain)
    const endpoint = `127.0.0.1:${await serveEcho()}`
    const by = (who: string): string => `http://${who}127.0.0.1:${port}`
    expect(await talk(endpoint, { proxy: by('ann:secret@') })).toEqual(['hello', 'echo'])
    for (const who of ['ann:wrong@', '']) {
      const error = await rejection(talk(endpoint, { proxy: by(who) }))
      expect(error).toMatchObject({ name: 'ProxyError', code: 'HAWSER_PROXY_REFUSED' })
      expect(error).toHaveProperty('message', expect.stringMatching(/it replied 40[17] /))
      expect(error).toHaveProperty('message', expect.not.stringContaining('wrong'))
    }
  })

  it('what it cannot connect to is told', async () => {
    const { port } = await startTinyproxy(program)
    const proxy = `http://127.0.0.1:${port}`
    const error = await rejection(talk(`127.0.0.1:${await closedPort()}`, { proxy }))
    expect(error).toMatchObject({ code: 'HAWSER_PROXY_REFUSED' })
    expect(error).toHaveProperty('message', expect.stringMatching(/it replied 50\d /))
  })
})

describePeer('microsocks', 'through microsocks', (program) => {
  it('a connection and TLS are made, and it resolves the name where that is asked for', async () => {
    const { port } = await startMicrosocks(program)
    const endpoint = `localhost:${await serveEcho()}`
    const names = watchLookups()
    expect(await talk(endpoint, { proxy: `socks5h://127.0.0.1:${port}` })).toEqual([
      'hello',
      'echo',
    ])
    expect(await talkSecurely(`socks5h://127.0.0.1:${port}`)).toEqual(['hello', 'echo'])
    expect(names).toEqual([])
    expect(await talk(endpoint, { proxy: `socks5://127.0.0.1:${port}` })).toEqual(['hello', 'echo'])
    expect(names).toEqual(['localhost'])
  })

  it('who has the password comes in, and nobody else', async () => {
    const { port } = await startMicrosocks(program, login)
    const endpoint = `127.0.0.1:${await serveEcho()}`
    const by = (who: string): string => `socks5h://${who}127.0.0.1:${port}`
    expect(await talk(endpoint, { proxy: by(`${asked}@`) })).toEqual(['hello', 'echo'])
    const wrong = await rejection(talk(endpoint, { proxy: by('ann:wrong@') }))
    expect(wrong).toMatchObject({ code: 'HAWSER_PROXY_REFUSED' })
    expect(wrong).toHaveProperty('message', expect.stringMatching(/does not accept the user/))
    const nobody = await rejection(talk(endpoint, { proxy: by('') }))
    expect(nobody).toHaveProperty('message', expect.stringMatching(/asks for a user/))
  })

  it('what it cannot connect to is told', async () => {
    const { port } = await startMicrosocks(program)
    const proxy = `socks5h://127.0.0.1:${port}`
    const refused = await rejection(talk(`127.0.0.1:${await closedPort()}`, { proxy }))
    expect(refused).toMatchObject({ code: 'HAWSER_PROXY_REFUSED' })
    expect(refused).toHaveProperty('message', expect.stringMatching(/nothing listens there$/))
    const unknown = await rejection(talk('no-such-host.invalid:1', { proxy }))
    expect(unknown).toMatchObject({ code: 'HAWSER_PROXY_REFUSED' })
  })
})

describePeer('sshd', 'through ssh', (daemon) => {
  itPeer('ssh', 'a connection and TLS are made by SOCKS4, 4a and 5', async (ssh) => {
    const { port } = await startSsh(ssh, daemon)
    const echo = await serveEcho()
    const names = watchLookups()
    for (const kind of ['socks4a', 'socks5h']) {
      const proxy = `${kind}://127.0.0.1:${port}`
      expect(await talk(`127.0.0.1:${echo}`, { proxy })).toEqual(['hello', 'echo'])
      expect(await talk(`localhost:${echo}`, { proxy })).toEqual(['hello', 'echo'])
      expect(await talkSecurely(proxy)).toEqual(['hello', 'echo'])
    }
    expect(names).toEqual([])
  })
})

describePeer('tinyproxy', 'through a chain of two', (tinyproxy) => {
  itPeer('microsocks', 'each way round, with TLS to the end', async (microsocks) => {
    const http = await startTinyproxy(tinyproxy)
    const socks = await startMicrosocks(microsocks, login)
    const chain = [`http://127.0.0.1:${http.port}`, `socks5h://${asked}@127.0.0.1:${socks.port}`]
    expect(await talkSecurely(chain)).toEqual(['hello', 'echo'])
    expect(await talkSecurely(chain.toReversed())).toEqual(['hello', 'echo'])
    const endpoint = `127.0.0.1:${await serveEcho()}`
    expect(await talk(endpoint, { proxy: chain })).toEqual(['hello', 'echo'])
  })

  itPeer('sshd', 'of SOCKS4a and HTTP', async (daemon) => {
    const http = await startTinyproxy(tinyproxy)
    const socks = await startSsh(findPeer('ssh') ?? 'ssh', daemon)
    const chain = [`socks4a://127.0.0.1:${socks.port}`, `http://127.0.0.1:${http.port}`]
    expect(await talkSecurely(chain)).toEqual(['hello', 'echo'])
  })
})
