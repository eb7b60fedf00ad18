import { once } from 'node:events'
import { connect, createServer, createTlsSessions, type TlsClientOptions } from 'hawser'
import { describe, expect, it } from 'vitest'
import { identities } from './support/identities.js'
import { serveTls } from './support/serving.js'

async function dial(port: number, tls: TlsClientOptions): Promise<string | undefined> {
  const connection = await connect(`tls://localhost:${port}`, { tls })
  const cipher = connection.tls?.cipher
  await connection.close()
  return cipher
}

describe('tls.node', () => {
  it('of a client reaches Node.js: only that cipher, only that version', async () => {
    const { ca } = await identities
    const { port, session } = await serveTls()
    const ciphers = 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384'
    const cipher = await dial(port, { ca, node: { ciphers, maxVersion: 'TLSv1.2' } })
    expect(cipher).toMatch(/^TLS_ECDHE_(?:ECDSA|RSA)_WITH_AES_256_GCM_SHA384$/)
    expect(await session).toMatchObject({ protocol: 'TLSv1.2', cipher })
  })

  it('of a server reaches Node.js: its oldest version is refused what it leaves out', async () => {
    const { ca } = await identities
    const { port, refusal } = await serveTls({ node: { maxVersion: 'TLSv1.2' } })
    await expect(dial(port, { ca, minVersion: 'TLSv1.3' })).rejects.toMatchObject({
      code: 'HAWSER_TLS_HANDSHAKE_FAILED',
    })
    expect(await refusal).toMatchObject({ reason: 'tls-handshake-failed' })
  })

  it('takes a check of the server’s name, which refuses by throwing as well', async () => {
    const { ca } = await identities
    const { port } = await serveTls()
    const seen: string[] = []
    const accept = (host: string): undefined => void seen.push(host)
    await dial(port, { ca, servername: 'other.example', node: { checkServerIdentity: accept } })
    expect(seen).toEqual(['other.example'])
    const refuse = (): never => {
      throw new Error('not this one')
    }
    await expect(dial(port, { ca, node: { checkServerIdentity: refuse } })).rejects.toMatchObject({
      message: expect.stringContaining('not this one') as string,
    })
  })

  it('takes up no session that was made under another of it', async () => {
    const { ca } = await identities
    const { port, server } = await serveTls()
    const sessions = createTlsSessions()
    const visit = async (node?: TlsClientOptions['node']): Promise<boolean | undefined> => {
      const accepted = once(server, 'connection')
      const tls = { ca, sessions, node, servername: 'localhost' }
      const connection = await connect(`tls://127.0.0.1:${port}`, { tls, framing: undefined })
      await accepted
      await connection.send('ahoy\n')
      for await (const _reply of connection) break
      const resumed = connection.tls?.resumed
      await connection.close()
      return resumed
    }
    const node = { checkServerIdentity: () => undefined }
    expect(await visit(node)).toBe(false)
    expect(await visit(node)).toBe(true)
    expect(await visit({ ...node })).toBe(false)
    expect(await visit()).toBe(false)
  })

  it.each([
    ['cert', 'tls.node.cert is set by tls.cert'],
    ['minVersion', 'tls.node.minVersion is set by tls.minVersion'],
    ['rejectUnauthorized', 'tls.node.rejectUnauthorized is set by tls.insecure of a client'],
    ['socket', 'tls.node.socket belongs to the connection: leave it out'],
  ])('does not take %s', async (name, message) => {
    const { site } = await identities
    const tls = { ...site, node: { [name]: 'x' } }
    const server = createServer({ tls: site })
    expect(() => server.setTls(tls)).toThrow(message)
    await expect(connect('tls://127.0.0.1:1', { tls })).rejects.toMatchObject({
      code: 'HAWSER_INVALID_OPTION',
      option: `tls.node.${name}`,
    })
  })

  it('is an error of the option when Node.js cannot use it', async () => {
    const { site } = await identities
    const tls = { ...site, node: { ciphers: 'none such' } }
    expect(() => createServer({ tls })).toThrow(
      expect.objectContaining({
        code: 'HAWSER_INVALID_OPTION',
        message: expect.stringContaining('no cipher match') as string,
      }),
    )
  })
})
