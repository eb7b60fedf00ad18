import { errors } from '@nats-io/transport-node'
import { BackplaneError, OptionError } from 'hawser'

/** What the text of a thrown value is. */
export function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** Why there is no connection to a NATS server, and what to do about it. */
export function explainConnect(cause: unknown, hosts: readonly string[]): Error {
  const where = `the NATS server at ${hosts.join(', ')}`
  const text = textOf(cause)
  if (cause instanceof errors.AuthorizationError) {
    const remedy =
      'pass what it asks for in connection: user and pass, token, or an authenticator with a key'
    return fail(`${where} refused the credentials (${text})`, remedy, cause)
  }
  if (/server does not support 'tls'|'?tls'? is not available/.test(text)) {
    return fail(`${where} offers no TLS`, 'turn TLS on there, or ask for none', cause)
  }
  if (cause instanceof errors.InvalidArgumentError) {
    const details = { option: 'connection', remedy: 'change connection', cause }
    return new OptionError('HAWSER_INVALID_OPTION', `the NATS client refused: ${text}`, details)
  }
  if (cause instanceof errors.TimeoutError) {
    const remedy = 'see whether a NATS server listens there, or raise connection.timeout'
    return fail(`${where} did not reply in time`, remedy, cause)
  }
  if (isOfTls(cause)) {
    const remedy =
      'see whether connection.tls.ca holds who issued its certificate, and names this host'
    return fail(`no TLS with ${where}: ${text}`, remedy, cause)
  }
  const remedy = 'start nats-server there, or say with servers where it is'
  if (cause instanceof SyntaxError || text.includes('unexpected response')) {
    return fail(`what listens at ${hosts.join(', ')} does not speak as NATS does`, remedy, cause)
  }
  // The client says so where the other side ends the connection without an error.
  const why = text.includes('an undefined error') ? 'it ended the connection' : text
  return fail(`no connection to ${where}: ${why}`, remedy, cause)
}

/** OpenSSL's errors, and what Node.js says about certificates. */
function isOfTls(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return /TLS|SSL|CERT|SIGNATURE|CHAIN/.test(code)
}

function fail(what: string, remedy: string, cause: unknown): BackplaneError {
  return new BackplaneError('HAWSER_BACKPLANE_FAILED', what, { op: 'connect', remedy, cause })
}
