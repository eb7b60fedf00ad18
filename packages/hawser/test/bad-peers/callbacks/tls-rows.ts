import { connect, createServer, type TlsClientOptions } from 'hawser'
import { createAuthority } from '../../../../../test/support/certificates.js'
import { type Fail, loopback, placeOf, type Row, type Rows, told } from './walk.js'

const ignored = (): void => undefined

/** What a client meets whose own or whose server's callback fails. */
function shaken(
  client: (fail: Fail) => NonNullable<TlsClientOptions['node']>,
  server: (fail: Fail) => NonNullable<TlsClientOptions['node']> = () => ({}),
): Row['run'] {
  return async (fail, tell) => {
    const authority = await createAuthority('Test CA')
    const site = await authority.issue({ name: 'site', names: ['localhost', '127.0.0.1'] })
    const own = createServer({ tls: { ...site, node: server(fail) } }, ignored)
    await own.listen(loopback)
    const { port } = placeOf(own)
    const tls = { ca: authority.cert, node: client(fail) }
    await connect(`tls://localhost:${port}`, { tls }).then((connection) => connection.reset(), tell)
    await own.close({ drain: 0 })
  }
}

const psk = { ciphers: 'PSK-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' }
const known = { ...psk, pskCallback: () => ({ psk: Buffer.from('secret'), identity: 'me' }) }

export const tlsRows: Rows = {
  'tls.node.checkServerIdentity': told(
    shaken((checkServerIdentity) => ({ checkServerIdentity })),
    'HAWSER_TLS_HANDSHAKE_FAILED',
  ),
  'tls.node.pskCallback of a client': told(
    shaken(
      (pskCallback) => ({ ...psk, pskCallback }),
      () => ({ ...psk, pskCallback: () => Buffer.from('secret') }),
    ),
    'HAWSER_TLS_HANDSHAKE_FAILED',
  ),
  'tls.node.pskCallback of a server': told(
    shaken(
      () => ({ ...known, checkServerIdentity: ignored }),
      (pskCallback) => ({ ...psk, pskCallback }),
    ),
    'HAWSER_TLS_HANDSHAKE_FAILED',
  ),
  'tls.node.checkServerIdentity of no error': told(
    shaken(() => ({ checkServerIdentity: () => 'not this one' })),
    'HAWSER_TLS_HANDSHAKE_FAILED',
  ),
  'tls.node.pskCallback of no key for a server': told(
    shaken(
      () => ({ ...known, checkServerIdentity: ignored }),
      () => ({ ...psk, pskCallback: () => 5 }),
    ),
    'HAWSER_TLS_HANDSHAKE_FAILED',
  ),
  'tls.node.pskCallback of no key for a client': told(
    shaken(
      () => ({ ...psk, pskCallback: () => 5 }),
      () => ({ ...psk, pskCallback: () => Buffer.from('secret') }),
    ),
    'HAWSER_TLS_HANDSHAKE_FAILED',
  ),
  'tls.node.pskCallback of half a key for a client': told(
    shaken(
      () => ({ ...psk, pskCallback: () => ({ psk: Buffer.from('secret') }) }),
      () => ({ ...psk, pskCallback: () => Buffer.from('secret') }),
    ),
    'HAWSER_TLS_HANDSHAKE_FAILED',
  ),
}
