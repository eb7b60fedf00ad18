import type { TlsSession } from 'hawser'
import { escapeText } from './escape.js'
import type { TlsSummary } from './events.js'

/** What of a TLS session is shown. */
export function summarizeTls(session: TlsSession): TlsSummary {
  const { protocol, cipher, servername, alpn, resumed, peerCertificate } = session
  const { authorizationError: unauthorized } = session
  return {
    protocol,
    cipher,
    ...(servername === undefined ? {} : { servername }),
    ...(alpn === undefined ? {} : { alpn }),
    ...(resumed ? { resumed } : {}),
    ...(peerCertificate === undefined
      ? {}
      : { peer: peerCertificate.subject.replaceAll('\n', ', ') }),
    ...(unauthorized === undefined ? {} : { unauthorized }),
  }
}

/** The same on one line: `TLSv1.3 TLS_AES_256_GCM_SHA384, SNI a.example, ALPN h2, peer CN=ann`. */
export function describeTls(summary: TlsSummary): string {
  const { protocol, cipher, servername, alpn, resumed, peer, unauthorized } = summary
  const parts = [
    `${protocol} ${cipher}`,
    ...(servername === undefined ? [] : [`SNI ${servername}`]),
    ...(alpn === undefined ? [] : [`ALPN ${alpn}`]),
    ...(peer === undefined ? [] : [`peer ${peer}`]),
    ...(unauthorized === undefined ? [] : [`not verified: ${unauthorized}`]),
    ...(resumed === undefined ? [] : ['resumed']),
  ]
  return escapeText(parts.join(', '))
}
