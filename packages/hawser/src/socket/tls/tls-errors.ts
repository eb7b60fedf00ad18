import { type ErrorDetails, type ErrorText, TimeoutError, TlsError } from '../../errors.js'

/** What is wrong with a peer's certificate, and what to do about it. */
interface Fault {
  readonly what: string
  readonly remedy?: ErrorText
  /** The option that the remedy names. */
  readonly option?: string
}

const unknownIssuer: Fault = {
  what: 'its issuer is not known',
  remedy: (ca) => `pass the authority as ${ca}`,
  option: 'tls.ca',
}

/** Faults by the codes of OpenSSL and Node.js. */
const certificateFaults: Readonly<Record<string, Fault>> = {
  CERT_HAS_EXPIRED: { what: 'it has expired', remedy: 'renew it, and check the clocks' },
  CERT_NOT_YET_VALID: { what: 'it is not valid yet', remedy: 'check the clocks' },
  CERT_REVOKED: { what: 'it was revoked' },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    what: 'it is self-signed',
    remedy: (ca) => `pass it as ${ca} if you trust it`,
    option: 'tls.ca',
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    what: 'its authority is not among those that are trusted',
    remedy: (ca) => `pass that as ${ca}`,
    option: 'tls.ca',
  },
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    ...unknownIssuer,
    remedy: (ca) => `pass the authority as ${ca}, or let the peer send the certificates between`,
  },
  CERT_SIGNATURE_FAILURE: { what: 'its signature is wrong' },
  INVALID_PURPOSE: { what: 'it was issued for another purpose' },
  ERR_TLS_CERT_ALTNAME_INVALID: { what: 'it is for other names' },
  CERTIFICATE_MISSING: { what: 'it showed none' },
}

const noCommonProtocol = 'the two sides have no application protocol (ALPN) in common'

/** Alerts of the peer (RFC 8446 section 6), as OpenSSL reports them, and faults of our own. */
const failures: readonly (readonly [RegExp, string])[] = [
  [/ALERT_UNKNOWN_CA/, 'the peer does not know the authority of our certificate'],
  [/ALERT_CERTIFICATE_EXPIRED/, 'the peer says that our certificate has expired'],
  [
    /ALERT_(BAD|NO)_CERTIFICATE|CERTIFICATE_REQUIRED/,
    'the peer asks for another certificate of ours',
  ],
  [
    /ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW/,
    'the two sides have no protocol version in common',
  ],
  [/NO_APPLICATION_PROTOCOL/, noCommonProtocol],
  [
    /NO_SHARED_CIPHER|HANDSHAKE_FAILURE|NO_SUITABLE/,
    'the two sides have no cipher in common, or one has no certificate',
  ],
  [/BAD_RECORD_MAC|DECRYPTION_FAILED/, 'bytes were changed on their way, or lost'],
  [
    /WRONG_VERSION_NUMBER|HTTP_REQUEST|UNEXPECTED_MESSAGE|PACKET_LENGTH|BAD_RECORD|UNKNOWN_PROTOCOL|RECORD_LAYER/,
    'what came was no TLS: the other side may speak plain text',
  ],
  [
    /RENEGOTIATION/,
    'the peer asked for another handshake, which costs far more than it pays (CVE-2011-1473)',
  ],
  [
    /PEER_DID_NOT_RETURN_A_CERTIFICATE/,
    'the client showed no certificate, and the server requires one',
  ],
  [/UNRECOGNIZED_NAME/, 'the server has no certificate for that name'],
]

/** A handshake came to nothing. */
export function handshakeError(cause: Error, details: ErrorDetails): TlsError {
  const { code = '' } = cause as NodeJS.ErrnoException
  const fault = certificateFaults[code]
  if (fault !== undefined) return certificateError(code, details, cause)
  const shown = `${code} ${cause.message}`.toUpperCase().replaceAll(' ', '_')
  const known = failures.find(([pattern]) => pattern.test(shown))?.[1]
  const text =
    known ?? (isLost(code) ? 'the peer closed the connection in the middle of it' : cause.message)
  const advice: Partial<Fault> =
    text === noCommonProtocol
      ? { option: 'tls.alpn', remedy: (alpn) => `name one of the peer's in ${alpn}` }
      : {}
  return new TlsError('HAWSER_TLS_HANDSHAKE_FAILED', `the TLS handshake failed: ${text}`, {
    op: 'handshake',
    ...details,
    ...advice,
    cause,
  })
}

/** What went wrong on an established session, in words for people. */
export function sessionFault(cause: Error): Error {
  const { code = '', reason } = cause as NodeJS.ErrnoException & { readonly reason?: string }
  if (!/^ERR_(?:SSL|TLS)_/.test(code)) return cause
  const shown = `${code} ${cause.message}`.toUpperCase().replaceAll(' ', '_')
  const text = failures.find(([pattern]) => pattern.test(shown))?.[1] ?? reason ?? cause.message
  return Object.assign(new Error(text, { cause }), { code })
}

/** The peer's certificate will not do. */
export function certificateError(code: string, details: ErrorDetails, cause?: Error): TlsError {
  const names = code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? ` (${cause?.message ?? ''})` : ''
  const { what, ...advice } = certificateFaults[code] ?? { what: 'it cannot be verified' }
  return new TlsError(
    'HAWSER_TLS_CERTIFICATE_INVALID',
    `the peer's certificate was not accepted: ${what} (${code})${names}`,
    { op: 'handshake', ...details, ...advice, cause },
  )
}

/**
 * The peer's key is none of those that were pinned.
 *
 * @param pin the key it has
 */
export function pinError(pin: string | undefined, details: ErrorDetails): TlsError {
  const fault =
    pin === undefined
      ? 'it showed none, and pins ask for one'
      : `its public key is ${pin}, which is not among the pins: if the key was replaced, pin the new one`
  return new TlsError(
    'HAWSER_TLS_CERTIFICATE_INVALID',
    `the peer's certificate was not accepted: ${fault}`,
    { op: 'handshake', ...details, option: 'tls.pins' },
  )
}

/** The peer went away. */
export function handshakeLost(details: ErrorDetails): TlsError {
  const text = 'the TLS handshake failed: the peer closed the connection in the middle of it'
  return new TlsError('HAWSER_TLS_HANDSHAKE_FAILED', text, { op: 'handshake', ...details })
}

/** The peer took too long. */
export function handshakeTimeout(timeout: number, details: ErrorDetails): TimeoutError {
  const text = `the TLS handshake was not done after ${timeout} ms`
  return new TimeoutError('HAWSER_TLS_HANDSHAKE_TIMEOUT', text, {
    op: 'handshake',
    ...details,
    option: 'tls.handshakeTimeout',
    remedy: (option) => `the peer stalls, or does not speak TLS (${option})`,
  })
}

function isLost(code: string): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECANCELED'
}
