import type { PeerCertificate, TlsSession } from 'hawser'
import { expect, it } from 'vitest'
import { describeTls } from '../../src/sessions/kinds/describe-tls.js'

const base = {
  ...{ subjectAltName: undefined, serialNumber: '01', fingerprint256: '', raw: new Uint8Array() },
  ...{ validFrom: 'Jan  1 00:00:00 2026 GMT', validTo: 'Jan  1 00:00:00 2027 GMT' },
}

function chain(length: number, name = 'CN='): PeerCertificate {
  let last: PeerCertificate | undefined
  for (let number = length; number > 0; number--) {
    const names = { subject: `${name}${number}`, issuer: `${name}${number + 1}` }
    last = { ...base, ...names, issuerCertificate: last }
  }
  return last as PeerCertificate
}

function show(peerCertificate: PeerCertificate | undefined) {
  const session: TlsSession = {
    ...{
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      alpn: 'h2',
      servername: 'a.example',
    },
    ...{ authorized: false, authorizationError: undefined, resumed: false, peerCertificate },
  }
  return describeTls(session)
}

it('the chain of a peer is shown, its own certificate first', () => {
  const { certificates, ...others } = show(chain(3))
  expect(certificates.map(({ subject }) => subject)).toEqual(['CN=1', 'CN=2', 'CN=3'])
  expect(certificates[2]).toEqual({
    ...{ subject: 'CN=3', issuer: 'CN=4' },
    ...{ validFrom: Date.UTC(2026, 0), validTo: Date.UTC(2027, 0) },
  })
  expect(others).toMatchObject({ alpn: 'h2', servername: 'a.example' })
  expect(show(undefined).certificates).toEqual([])
})

it('however long a chain and its names are, a page gets little of it', () => {
  expect(JSON.stringify(show(chain(300, 'x'.repeat(90_000)))).length).toBeLessThan(8 * 1024)
})
