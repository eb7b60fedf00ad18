import { errors } from '@nats-io/transport-node'
import { BackplaneError, OptionError } from 'hawser'
import type { Reached } from './attempt.js'

/** What the text of a thrown value is. */
export function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** Why there is no connection to a NATS server, and what to do about it. */
export function explainConnect(
  cause: unknown,
  hosts: readonly string[],
  { heard, ended }: Reached,
): Error {
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
  const isWrongType = cause instanceof TypeError && text.includes('must be a function')
  if (cause instanceof errors.InvalidArgumentError || isWrongType) {
    const details = { option: 'connection', remedy: 'change connection', cause }
    return new OptionError('HAWSER_INVALID_OPTION', `the NATS client refused: ${text}`, details)
  }
  if (text.includes("'noEcho'")) {
    const remedy = 'run version 2 or a newer one there'
    return fail(`${where} is too old: it does not know 'noEcho'`, remedy, cause)
  }
  if (cause instanceof errors.TimeoutError) {
    if (ended) {
      const what = `${where} ended the connection after ${heard} bytes instead of taking this node`
      const remedy =
        'see in its log why: it may have all the clients that its max_connections allows'
      return fail(what, remedy, cause)
    }
    const remedy =
      heard === 0
        ? 'see whether a NATS server listens there, or raise connection.timeout'
        : 'see whether what sent them is a NATS server, or raise connection.timeout'
    const after = heard === 0 ? '' : `: ${heard} bytes came, and no reply to what we sent`
    return fail(`${where} did not reply in time${after}`, remedy, cause)
  }
  if (isOfTls(cause)) {
    const remedy =
      'see whether connection.tls.ca holds who issued its certificate, and names this host'
    return fail(`no TLS with ${where}: ${text}`, remedy, cause)
  }
  const remedy = 'start nats-server there, or say with servers where it is'
  // What it says of itself is no JSON, or JSON and no object.
  const isStrange = cause instanceof SyntaxError || text.includes("of 'info'")
  if (isStrange || text.includes('unexpected response')) {
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
