import { join } from 'node:path'
import { connect, createServer, lines, raw } from 'hawser'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  type Authority,
  createAuthority,
  type Pair,
} from '../../../../../test/support/certificates.js'
import { createFolder } from '../../../../../test/support/folders.js'
import { ask, portOf, serveEcho, startProxy } from '../../support/proxied.js'

let authority: Authority
let site: Pair

beforeAll(async () => {
  authority = await createAuthority('Test authority')
  site = await authority.issue({ name: 'site', names: ['localhost', '127.0.0.1'] })
})

function createFiles(): { ca: string; cert: string } {
  const folder = createFolder({ 'ca.pem': authority.cert, 'site.pem': site.cert + site.key })
  return { ca: join(folder, 'ca.pem'), cert: join(folder, 'site.pem') }
}

async function serveSecureEcho(): Promise<number> {
  const server = createServer(
    { framing: raw(), tls: { cert: site.cert, key: site.key } },
    { message: (client, bytes) => client.send(bytes) },
  )
  await server.listen('127.0.0.1:0')
  onTestFinished(async () => {
    await server.close({ drain: 0 })
  })
  return portOf(server)
}

describe('TLS through hawser proxy', () => {
  it('ends at it, and goes on in plain text', async () => {
    const { cert } = createFiles()
    const { proxy, port } = await startProxy(await serveEcho(), ['--tls-in', '--cert', cert])
    const client = await connect(`tls://localhost:${port}`, {
      framing: lines(),
      tls: { ca: authority.cert },
    })
    await client.send('secret')
    expect(await client.receive()).toBe('secret')
    await client.close()
    await proxy.prints(/@1 connected 127\.0\.0\.1:\d+ TLSv1\.3 .*SNI localhost to 127\.0\.0\.1:/)
    await proxy.prints(/@1 up 7 B secret\\n/)
    await proxy.prints(/@1 closed by the client/)
  })

  it('begins at it, and the target is verified', async () => {
    const { ca } = createFiles()
    const target = await serveSecureEcho()
    const { proxy, port } = await startProxy(`tls://localhost:${target}`, ['--ca', ca])
    expect(await ask(port, 'hello')).toBe('hello')
    await proxy.prints(/@1 connected 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+ TLSv1\.3 /)
    const strict = await startProxy(`tls://localhost:${target}`)
    await expect(ask(strict.port, 'hello')).rejects.toThrow()
    await strict.proxy.prints(/@1 error .*--ca FILE/)
  })

  it('ends and begins anew on both sides', async () => {
    const { ca, cert } = createFiles()
    const target = await serveSecureEcho()
    const words = ['--tls-in', '--cert', cert, '--tls-out', '--ca', ca, '--hex']
    const { proxy, port } = await startProxy(`localhost:${target}`, words)
    const client = await connect(`tls://localhost:${port}`, {
      framing: lines(),
      tls: { ca: authority.cert },
    })
    await client.send('hello')
    expect(await client.receive()).toBe('hello')
    await client.close()
    await proxy.prints(/68 65 6c 6c 6f 0a/)
  })
})

describe('the PROXY protocol through hawser proxy', () => {
  it.each(['v1', 'v2'])('says for whom it connects (%s)', async (version) => {
    let header: unknown
    const server = createServer(
      { framing: lines(), proxyProtocol: { mode: 'require', trusted: ['127.0.0.1'] } },
      {
        message(client, line) {
          header = client.proxyHeader
          return client.send(`${line} from ${client.remotePort}`)
        },
      },
    )
    await server.listen('127.0.0.1:0')
    onTestFinished(async () => {
      await server.close({ drain: 0 })
    })
    const { port } = await startProxy(portOf(server), ['--send-proxy', version])
    const client = await connect(`127.0.0.1:${port}`, { framing: lines() })
    await client.send('hello')
    expect(await client.receive()).toBe(`hello from ${client.localPort}`)
    expect(header).toMatchObject({ destination: { port } })
    await client.close()
  })

  it('is understood from proxies in front, and passed on', async () => {
    const words = ['--proxy-protocol', 'require', '--trusted', '127.0.0.1']
    const { proxy, port } = await startProxy(await serveEcho(), words)
    const client = await connect(`127.0.0.1:${port}`, {
      framing: lines(),
      proxyProtocol: {
        version: 2,
        source: { address: '192.0.2.7', port: 5000 },
        destination: { address: '192.0.2.8', port: 80 },
      },
    })
    await client.send('hello')
    expect(await client.receive()).toBe('hello')
    await client.close()
    await proxy.prints(/@1 connected 192\.0\.2\.7:5000 via 127\.0\.0\.1:\d+ to 127\.0\.0\.1:/)
  })
})
