import {
  AbortedError,
  type ConnectAttempt,
  ConnectError,
  type HawserError,
  ProxyError,
} from '../errors.js'
import { type ParsedEndpoint, formatEndpoint } from './endpoint.js'
import { codeOf, isResolving, named } from './socket-errors.js'

type ConnectCode = ConnectError['code']

/** How many of the addresses tried a message names; `attempts` has them all. */
const shownAttempts = 8

const connectCodes: Record<string, [ConnectCode, string]> = {
  ECONNREFUSED: [
    'HAWSER_CONNECT_REFUSED',
    'nothing listens there: start the server, or check the host and the port',
  ],
  ENOENT: ['HAWSER_CONNECT_REFUSED', 'there is no such Unix socket: start the server first'],
  ENOTFOUND: ['HAWSER_DNS_FAILED', 'the host name does not resolve: check how it is written'],
  EAI_AGAIN: [
    'HAWSER_DNS_FAILED',
    'the host name does not resolve now: check the network and the DNS server, and try again',
  ],
  ETIMEDOUT: ['HAWSER_CONNECT_TIMEOUT', 'the host did not reply: check the address and firewalls'],
  EHOSTUNREACH: ['HAWSER_CONNECT_FAILED', 'there is no route to the host'],
  ENETUNREACH: ['HAWSER_CONNECT_FAILED', 'there is no route to the network'],
  EADDRNOTAVAIL: [
    'HAWSER_CONNECT_FAILED',
    'the local address does not belong to this machine, or all its ports are taken',
  ],
  EADDRINUSE: ['HAWSER_CONNECT_FAILED', 'the local address and port are in use'],
  EACCES: ['HAWSER_CONNECT_FAILED', 'the operating system does not permit it'],
  EAGAIN: [
    'HAWSER_CONNECT_FAILED',
    'the queue of the Unix socket is full: its server does not keep up, try again later',
  ],
}

/** Said of addresses that nothing came back from, and so the least telling of several errors. */
const silent = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'EINVAL',
  'ETIMEDOUT',
])

/** What is connected to on the way to an endpoint. */
export interface Way {
  readonly endpoint: ParsedEndpoint
  /** The first proxy's URL without its password, if there is one. */
  readonly proxy: string | undefined
  /** Whose addresses are tried. */
  readonly host: string | undefined
}

/** How far a connection came. */
export interface Reached {
  /** What is there, and what is not. */
  readonly what: string
  readonly check: string
}

/** Why a connection was not established. */
export function connectError(
  cause: Error,
  { endpoint, proxy, host }: Way,
  attempts: readonly ConnectAttempt[],
): ConnectError {
  const [code, advice] = connectAdvice(mostTelling(cause))
  const goal =
    proxy === undefined
      ? formatEndpoint(endpoint)
      : `${proxy}, the proxy on the way to ${formatEndpoint(endpoint)}`
  const text = `cannot connect to ${goal}: ${advice}${listing(host, attempts)}`
  return new ConnectError(code, text, { op: 'connect', remote: named(endpoint), cause }, attempts)
}

/**
 * The deadline passed before the connection was established.
 *
 * @param reached how far it came, if there was an answer at all, and what to look at
 */
export function connectTimeout(
  { endpoint, host }: Way,
  timeout: number,
  attempts: readonly ConnectAttempt[],
  reached?: Reached,
): ConnectError {
  const [what, check] =
    reached === undefined
      ? [
          `no connection after ${timeout} ms, name resolution included`,
          'check the address and firewalls',
        ]
      : [`${reached.what} after ${timeout} ms in all`, reached.check]
  const listed = reached === undefined ? listing(host, attempts) : ''
  return new ConnectError(
    'HAWSER_CONNECT_TIMEOUT',
    `cannot connect to ${formatEndpoint(endpoint)}: ${what}`,
    {
      op: 'connect',
      remote: named(endpoint),
      option: 'connectTimeout',
      remedy: (option) => `${check}, or raise ${option}${listed}`,
    },
    attempts,
  )
}

/** A name that did not resolve, as an attempt: there was no address to try. */
export function unresolved(address: string, port: number, error: Error): ConnectAttempt {
  return { address, port, code: codeOf(error) || 'UNKNOWN', message: error.message }
}

/**
 * None of several endpoints could be connected to.
 *
 * @param errors one for each, in the order they were tried
 */
export function noneConnected(
  endpoints: readonly ParsedEndpoint[],
  errors: readonly HawserError[],
): ConnectError {
  const [first] = errors
  const isSame = errors.every(
    (error) => error instanceof ConnectError && error.code === first?.code,
  )
  const code = isSame ? (first as ConnectError).code : 'HAWSER_CONNECT_FAILED'
  const attempts = errors.flatMap((error, index): readonly ConnectAttempt[] => {
    if (error instanceof ConnectError && error.attempts.length > 0) return error.attempts
    const endpoint = endpoints[index]
    const { address = '', port } = error.remote ?? (endpoint && named(endpoint)) ?? {}
    const end = port === undefined ? { address } : { address, port }
    return [{ ...end, code: error.code, message: error.message }]
  })
  const text = `cannot connect to any of ${endpoints.length} endpoints: ${errors
    .slice(0, shownAttempts)
    .map((error) => error.message)
    .join('; ')}`
  const cause = new AggregateError(errors, 'no endpoint could be connected to')
  return new ConnectError(code, text, { op: 'connect', remote: first?.remote, cause }, attempts)
}

/** A proxy did not open a tunnel. */
export function proxyError(
  endpoint: ParsedEndpoint,
  proxy: string,
  { isRefusal, text, cause }: ProxyFailure,
): ProxyError {
  const code = isRefusal ? 'HAWSER_PROXY_REFUSED' : 'HAWSER_PROXY_FAILED'
  const did = isRefusal ? 'refused' : 'failed'
  const message = `cannot connect to ${formatEndpoint(endpoint)}: the proxy ${proxy} ${did}: ${text}`
  return new ProxyError(code, message, { op: 'connect', remote: named(endpoint), cause })
}

/** Why a proxy did not open a tunnel. */
export interface ProxyFailure {
  /** Whether the proxy said no; otherwise it said nothing that could be understood. */
  readonly isRefusal: boolean
  readonly text: string
  readonly cause?: Error | undefined
}

/** A signal fired. */
export function abortedError(op: string, endpoint: ParsedEndpoint, reason: unknown): AbortedError {
  const what = `${op} ${formatEndpoint(endpoint)} was aborted by its signal`
  return new AbortedError('HAWSER_ABORTED', what, { op, remote: named(endpoint), cause: reason })
}

/** The addresses of a name; one that is the endpoint's own has been named already. */
function listing(host: string | undefined, attempts: readonly ConnectAttempt[]): string {
  if (host === undefined || attempts.every(({ address }) => address === host)) return ''
  const shown = attempts
    .slice(0, shownAttempts)
    .map(({ address, code }) => `${address.includes(':') ? `[${address}]` : address} ${code}`)
  const more = attempts.length - shown.length
  if (more > 0) shown.push(`${more} more`)
  return ` (tried ${shown.join(', ')})`
}

function connectAdvice(cause: Error): [ConnectCode, string] {
  const known = connectCodes[codeOf(cause)]
  if (known !== undefined) return known
  return isResolving(cause)
    ? ['HAWSER_DNS_FAILED', `the host name does not resolve (${cause.message}): check it`]
    : ['HAWSER_CONNECT_FAILED', cause.message]
}

/** Of a host's several addresses, the error of the one that came the furthest. */
function mostTelling(cause: Error): Error {
  if (!(cause instanceof AggregateError)) return cause
  const errors = cause.errors as Error[]
  return errors.find((error) => !silent.has(codeOf(error))) ?? errors[0] ?? cause
}
