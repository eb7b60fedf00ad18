import type { PeerCertificate, TlsSession } from 'hawser'
import type { CertificateState, TlsState } from '../../protocol/session-state.js'

/** A peer says what is in its certificates: so many of a chain are shown, and so many characters of a name. */
const mostCertificates = 8
const mostCharacters = 256

/** What was agreed with a TLS peer, and the certificates that it showed: its own, and those that vouch for it. */
export function describeTls(tls: TlsSession): TlsState {
  const { protocol, cipher, alpn, servername } = tls
  const certificates: CertificateState[] = []
  let next = tls.peerCertificate
  while (next !== undefined && certificates.length < mostCertificates) {
    certificates.push(describe(next))
    next = next.issuerCertificate
  }
  return { protocol, cipher, alpn, servername, certificates }
}

function describe({ subject, issuer, validFrom, validTo }: PeerCertificate): CertificateState {
  return {
    subject: subject.slice(0, mostCharacters),
    issuer: issuer.slice(0, mostCharacters),
    validFrom: Date.parse(validFrom),
    validTo: Date.parse(validTo),
  }
}
