import { createHash, X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAuthority } from '../../../../../test/support/certificates.js'
import { createFolder } from '../../../../../test/support/folders.js'
import { Command } from '../../support/command.js'
import { runRefused } from '../../support/run-refused.js'

/** A proxy that is played, on this port. */
async function playProxy(play: (peer: ScriptedPeer) => Promise<void>): Promise<number> {
  const listener = await ScriptedPeer.listen()
  const playing = listener.accept().then(play)
  onTestFinished(async () => {
    await playing
    await listener.close()
  })
  return listener.port
}

const connect = (...words: string[]): Command =>
  Command.hawser(['connect', 'db.example:5432', '--send', 'hello', ...words], { stdin: 'ignore' })

describe('hawser connect --proxy', () => {
  it('goes through one after the other, and says so', async () => {
    const port = await playProxy(async (peer) => {
      const inner = 'inner.example:1080'
      const login = 'Proxy-Authorization: Basic YW5uOnNlY3JldA==\r\n'
      await peer.receives(`CONNECT ${inner} HTTP/1.1\r\nHost: ${inner}\r\n${login}\r\n`)
      await peer.send('HTTP/1.1 200 OK\r\n\r\n')
      await peer.receives(Uint8Array.of(5, 1, 0))
      await peer.send(Uint8Array.of(5, 0))
      await peer.receive(5 + 'db.example'.length + 2)
      await peer.send(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0))
      await peer.receives('hello\n')
      await peer.send('you are welcome\n')
      peer.end()
      await peer.closed
    })
    const first = `http://ann:secret@127.0.0.1:${port}`
    const { stdout, stderr, code } = await connect(
      '--proxy',
      first,
      '--proxy',
      'socks5h://inner.example',
    ).ended
    expect([stdout, code]).toEqual(['you are welcome\n', 0])
    expect(stderr).toMatch(/^connected to db\.example:5432 through 127\.0\.0\.1:\d+ from port/m)
    expect(stderr).not.toContain('secret')
  })

  it('says what the proxy said, on one line and without the password', async () => {
    const port = await playProxy(async (peer) => {
      await peer.receive(10)
      await peer.send('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      peer.end()
      await peer.closed
    })
    const { stderr, code } = await connect('--proxy', `http://ann:secret@127.0.0.1:${port}`).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^hawser: cannot connect to tcp:\/\/db\.example:5432: the proxy http:\/\/127\.0\.0\.1:\d+ refused: it replied 407 .*does not accept the user and the password\n$/,
    )
  })

  it.each([
    [
      ['--proxy', 'https://proxy.example'],
      /^hawser: --proxy has the scheme https, which is not known/,
    ],
    [['--proxy', 'nothing'], /^hawser: --proxy is no URL/],
    [['--pin', 'abc'], /^hawser: --pin has "abc": a pin is the SHA-256 of a public key/],
  ])('%j is a usage error', async (words, problem) => {
    const { code, stderr } = await runRefused([
      'connect',
      'db.example:5432',
      '--send',
      'hello',
      ...words,
    ])
    expect(code).toBe(2)
    expect(stderr).toMatch(problem)
  })
})

describe('hawser connect -4, -6 and --source', () => {
  it('says from where, and by which family', async () => {
    const server = createServer(async (connection) => {
      await connection.send(`${connection.remoteAddress} ${connection.remoteFamily}`)
    })
    onTestFinished(async () => {
      await server.close({ drain: 0 })
    })
    await server.listen(0)
    const { port } = server.address() as { port: number }
    const ask = async (...words: string[]): Promise<string> => {
      const command = Command.hawser(['connect', ...words], { stdin: 'ignore' })
      return (await command.ended).stdout
    }
    expect(await ask(`localhost:${port}`, '-4')).toMatch(/^::ffff:127\.0\.0\.1 /)
    expect(await ask(`[::1]:${port}`, '-6')).toMatch(/^::1 /)
    expect(await ask(`127.0.0.1:${port}`, '--source', '127.0.0.9')).toMatch(/^::ffff:127\.0\.0\.9 /)
  })

  it.each([
    [['-4', '-6'], /^hawser: -4 and -6 leave nothing: choose one of them/],
    [['-4', '--source', '::1'], /^hawser: --source is ::1: it takes an IPv4 address/],
    [['--source', 'localhost'], /^hawser: --source is localhost: it takes an IP address/],
  ])('%j is a usage error', async (words, problem) => {
    const { code, stderr } = await runRefused([
      'connect',
      'db.example:5432',
      '--send',
      'hello',
      ...words,
    ])
    expect(code).toBe(2)
    expect(stderr).toMatch(problem)
  })

  it('is a usage error where the endpoint is of the other family', async () => {
    const { code, stderr } = await runRefused(['connect', '[::1]:1', '-4'])
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^hawser: the family is 4, and ::1 is an IPv6 address: leave -4 or -6 out\n$/,
    )
  })
})

describe('hawser connect --pin', () => {
  it('asks for a key besides the authority, and names the one that is there', async () => {
    const authority = await createAuthority('an authority')
    const identity = await authority.issue({ name: 'a', names: ['127.0.0.1'] })
    const server = createServer({ tls: identity }, (connection) => connection.send('welcome'))
    onTestFinished(async () => {
      await server.close({ drain: 0 })
    })
    await server.listen('tls://127.0.0.1:0')
    const ca = `${createFolder()}/ca.pem`
    writeFileSync(ca, authority.cert)
    const { port } = server.address() as { port: number }
    const ask = (pin: string): Command => {
      const words = ['connect', `tls://127.0.0.1:${port}`, '--ca', ca, '--pin', pin]
      return Command.hawser(words, { stdin: 'ignore' })
    }
    const key = new X509Certificate(identity.cert).publicKey.export({ type: 'spki', format: 'der' })
    const pin = `sha256//${createHash('sha256').update(key).digest('base64')}`
    const { stdout, code } = await ask(pin).ended
    expect([stdout, code]).toEqual(['welcome', 0])
    const wrong = await ask(`sha256//${'A'.repeat(43)}=`).ended
    expect(wrong.code).toBe(1)
    expect(wrong.stderr).toContain(`its public key is ${pin}, which is not among the pins`)
  })
})
