import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { PeerCertificate, TlsSession } from '../../tls.js'

/** What of the peer's certificate was found out. */
export interface Verdict {
  readonly authorized: boolean
  /** OpenSSL's code. */
  readonly error: string | undefined
}

/** What was agreed on; asked at once, because it cannot be asked when the socket is gone. */
export function sessionOf(socket: TLSSocket, verdict: Verdict): TlsSession {
  const certificate = socket.getPeerX509Certificate()
  const { servername } = socket as unknown as { servername?: string | false | null }
  return {
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    alpn: socket.alpnProtocol === false ? undefined : (socket.alpnProtocol ?? undefined),
    servername: servername === false || servername === '' ? undefined : (servername ?? undefined),
    peerCertificate: certificate === undefined ? undefined : describe(certificate),
    authorized: verdict.authorized,
    authorizationError: verdict.error,
    resumed: socket.isSessionReused(),
  }
}

/** OpenSSL takes a chain of at most 100 KB. */
function describe(certificate: X509Certificate): PeerCertificate {
  const { subject, issuer, subjectAltName, validFrom, validTo } = certificate
  const { serialNumber, fingerprint256, raw, issuerCertificate } = certificate
  return {
    subject,
    issuer,
    subjectAltName: subjectAltName ?? undefined,
    validFrom,
    validTo,
    serialNumber,
    fingerprint256,
    raw,
    issuerCertificate: issuerCertificate === undefined ? undefined : describe(issuerCertificate),
  }
}
