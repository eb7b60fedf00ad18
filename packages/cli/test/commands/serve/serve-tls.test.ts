import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, lines } from 'hawser'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type Authority,
  createAuthority,
  type Pair,
} from '../../../../../test/support/certificates.js'
import { createFolder } from '../../../../../test/support/folders.js'
import { Command, type Outcome } from '../../support/command.js'
import { runRefused } from '../../support/run-refused.js'

let authority: Authority
let stranger: Authority
let site: Pair

beforeAll(async () => {
  authority = await createAuthority('Test authority')
  stranger = await createAuthority('Another authority')
  site = await authority.issue({ name: 'site', names: ['localhost', '127.0.0.1'] })
})

/** A folder with an authority, and a certificate whose key is in the same file. */
function createFiles(): { folder: string; ca: string; cert: string } {
  const folder = createFolder({ 'ca.pem': authority.cert, 'site.pem': site.cert + site.key })
  return { folder, ca: join(folder, 'ca.pem'), cert: join(folder, 'site.pem') }
}

interface Serving {
  server: Command
  port: number
}

async function serveTls(cache: string, ...words: string[]): Promise<Serving> {
  const server = Command.hawser(['serve', '0', ...words], { env: { XDG_CACHE_HOME: cache } })
  const [, port] = await server.prints(/tls:\/\/127\.0\.0\.1:(\d+)/)
  return { server, port: Number(port) }
}

function talk(port: number, ...words: string[]): Promise<Outcome> {
  const all = ['connect', `tls://localhost:${port}`, '--send', 'ahoy', ...words]
  return Command.hawser(all, { stdin: 'ignore' }).ended
}

/** The fingerprint of the certificate that a port shows. */
async function fingerprintAt(port: number): Promise<string> {
  const client = await connect(`tls://127.0.0.1:${port}`, {
    framing: lines(),
    tls: { ca: authority.cert },
  })
  const { fingerprint256 = '' } = client.tls?.peerCertificate ?? {}
  await client.close()
  return fingerprint256
}

describe('hawser serve --tls', () => {
  it('shows a development certificate that hawser cert names', async () => {
    const cache = createFolder()
    const { server, port } = await serveTls(cache, '--tls', '--echo')
    await server.prints(
      /try {2}openssl s_client -connect localhost:\d+ -CAfile \S+hawser-cert\.pem/,
    )
    const { stdout } = await Command.hawser(['cert', '--print'], { env: { XDG_CACHE_HOME: cache } })
      .ended
    const { code, stdout: answer, stderr } = await talk(port, '--ca', stdout.trim())
    expect([code, answer]).toEqual([0, 'ahoy\n'])
    expect(stderr).toMatch(
      /^connected to tls:\/\/\S+:\d+ from port \d+, TLSv1\.3 TLS_\w+, SNI localhost, peer CN=Hawser/,
    )
    await server.prints(/connected 127\.0\.0\.1:\d+ TLSv1\.3 TLS_\w+, SNI localhost \(1 open\)/)
    await server.prints(/in 4 B ahoy/)
  })

  it('is not trusted without being asked to, and the client says how to', async () => {
    const { port } = await serveTls(createFolder(), '--tls')
    const refused = await talk(port)
    expect(refused.stderr).toMatch(
      /^hawser: the peer's certificate was not accepted: it is self-signed \(DEPTH_ZERO_SELF_SIGNED_CERT\): name it, .+ --ca FILE .+hawser cert --print.+\n$/,
    )
    expect(refused.code).toBe(1)
    const careless = await talk(port, '--insecure')
    expect(careless.stderr).toContain('not verified: DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(careless.code).toBe(0)
  })

  it('goes on with a certificate in memory, and says so, when the cache cannot be written', async () => {
    const file = join(createFolder({ file: '' }), 'file')
    const { server, port } = await serveTls(file, '--tls')
    await server.prints(
      /cannot make the folder .+; until then the certificate lasts .+SHA-256 \w\w:/,
    )
    expect((await talk(port, '--insecure')).code).toBe(0)
  })

  it('asks clients for certificates, and shows whose they are', async () => {
    const { ca, cert, folder } = createFiles()
    const { server, port } = await serveTls(
      folder,
      ...['--cert', cert, '--ca', ca, '--client-certificate', 'require', '--alpn', 'ahoy/2,ahoy/1'],
    )
    const ann = await authority.issue({ name: 'Ann' })
    const eve = await stranger.issue({ name: 'Eve' })
    writeFileSync(join(folder, 'ann.pem'), ann.cert + ann.key)
    writeFileSync(join(folder, 'eve.pem'), eve.cert + eve.key)
    const who = (name: string): string[] => ['--cert', join(folder, `${name}.pem`)]
    const welcome = await talk(port, '--ca', ca, ...who('ann'), '--alpn', 'ahoy/1')
    expect(welcome).toMatchObject({ code: 0 })
    await server.prints(/TLSv1\.3 \w+, SNI localhost, ALPN ahoy\/1, peer CN=Ann \(1 open\)/)
    expect((await talk(port, '--ca', ca, ...who('eve'))).stdout).toBe('')
    await server.prints(
      /refused \S+ tls-certificate-invalid: the peer's certificate was not accepted/,
    )
    const nobody = await talk(port, '--ca', ca)
    expect([nobody.code, nobody.stdout]).toEqual([1, ''])
  })

  it.each([
    ['SIGHUP', true],
    ['by itself when the files change', false],
  ])('reads its certificate again: %s', async (_when, signal) => {
    const { ca, cert, folder } = createFiles()
    const { server, port } = await serveTls(folder, '--cert', cert, '--echo')
    const before = await fingerprintAt(port)
    const held = await connect(`tls://localhost:${port}`, {
      framing: lines(),
      tls: { ca: readFileSync(ca) },
    })
    const next = await authority.issue({ name: 'next', names: ['localhost', '127.0.0.1'] })
    writeFileSync(join(folder, 'new.pem'), next.cert + next.key)
    renameSync(join(folder, 'new.pem'), cert)
    if (signal) {
      server.kill('SIGHUP')
      await server.prints(/certificates read again/)
      expect(await fingerprintAt(port)).not.toBe(before)
    } else {
      await expect.poll(() => fingerprintAt(port), { timeout: 60_000 }).not.toBe(before)
    }
    await held.send('still here')
    const { value } = await held[Symbol.asyncIterator]().next()
    expect(value).toBe('still here')
    await held.close()
  })

  it('keeps the certificate it has when the new one is damaged, and says so', async () => {
    const { cert, folder } = createFiles()
    const { server, port } = await serveTls(folder, '--cert', cert)
    const before = await fingerprintAt(port)
    writeFileSync(cert, site.cert.slice(0, 200))
    server.kill('SIGHUP')
    await server.prints(/error .+ what was read before stays in use/)
    expect(await fingerprintAt(port)).toBe(before)
  })

  it('reports in JSON what was agreed on', async () => {
    const { ca, cert, folder } = createFiles()
    const { server, port } = await serveTls(folder, '--cert', cert, '--json', '--min-tls', '1.3')
    expect((await talk(port, '--ca', ca)).code).toBe(0)
    const [line] = await server.prints(/^.*"connected".*$/m)
    const { tls } = JSON.parse(line) as { tls: unknown }
    expect(tls).toMatchObject({ protocol: 'TLSv1.3', servername: 'localhost' })
  })

  it.each([
    [
      ['serve', '--cert', 'nowhere.pem'],
      /--cert names the file "nowhere\.pem", which cannot be read/,
    ],
    [['serve', '--key', 'a.pem'], /--key has no certificate: name it with --cert FILE/],
    [
      ['serve', '--cert', 'package.json'],
      /--cert names the file "package\.json", which is not PEM/,
    ],
    [['serve', '--tls', '--client-certificate', 'require'], /--client-certificate.+ --ca FILE/],
    [['serve', '--tls', '--min-tls', '1.1'], /Allowed choices are 1\.2, 1\.3/],
    [['connect', 'tcp://localhost:1', '--tls'], /is not TLS: write tls:\/\/host:port/],
    [['connect', 'tls://localhost:1', '--ca', 'nowhere.pem'], /--ca names the file "nowhere\.pem"/],
  ])('%j fails in one line', async (words, line) => {
    const { code, stdout, stderr } = await runRefused(words)
    expect(stderr).toMatch(new RegExp(`^hawser: .*${line.source}.*\n$`))
    expect([code, stdout]).toEqual([2, ''])
  })
})
