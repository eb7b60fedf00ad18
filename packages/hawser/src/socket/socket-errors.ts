import { AbortedError, ConnectError, type ErrorAddress, ListenError } from '../errors.js'
import { type ParsedEndpoint, formatEndpoint } from './endpoint.js'

type ListenCode = ListenError['code']
type ConnectCode = ConnectError['code']

const listenCodes: Record<string, [ListenCode, string]> = {
  EADDRINUSE: [
    'HAWSER_ADDRESS_IN_USE',
    'something already listens there: stop it, or choose another endpoint (port 0 takes a free one)',
  ],
  EADDRNOTAVAIL: [
    'HAWSER_ADDRESS_UNAVAILABLE',
    'the address does not belong to this machine: use one that does, or 0.0.0.0 or [::] for all',
  ],
  EAFNOSUPPORT: ['HAWSER_ADDRESS_UNAVAILABLE', 'this machine does not have that kind of address'],
  EACCES: [
    'HAWSER_PERMISSION_DENIED',
    'the operating system does not permit it: ports below 1024 need a privilege, a Unix socket needs a folder one may write to',
  ],
  EPERM: ['HAWSER_PERMISSION_DENIED', 'the operating system does not permit it'],
  EEXIST: [
    'HAWSER_ADDRESS_IN_USE',
    'something that is no socket has that path: remove it, or choose another path',
  ],
  ENOENT: ['HAWSER_LISTEN_FAILED', 'the folder of the Unix socket does not exist: make it first'],
  ENOTDIR: ['HAWSER_LISTEN_FAILED', 'a part of its path is no folder: choose another path'],
  ENOTFOUND: ['HAWSER_ADDRESS_UNAVAILABLE', 'the host name does not resolve: check it'],
  EAI_AGAIN: ['HAWSER_ADDRESS_UNAVAILABLE', 'the host name does not resolve now: try again'],
}

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
  ETIMEDOUT: ['HAWSER_CONNECT_TIMEOUT', 'the host did not answer: check the address and firewalls'],
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

/** Why an endpoint could not be listened on. */
export function listenError(cause: Error, endpoint: ParsedEndpoint): ListenError {
  const [code, advice] = listenAdvice(cause, endpoint)
  return new ListenError(code, `cannot listen on ${formatEndpoint(endpoint)}: ${advice}`, {
    op: 'listen',
    local: named(endpoint),
    cause,
  })
}

/** What went wrong on an endpoint that is listened on. */
export function acceptError(cause: Error, endpoint: ParsedEndpoint): ListenError {
  const text = `accepting connections on ${formatEndpoint(endpoint)} failed: ${cause.message}`
  return new ListenError('HAWSER_LISTEN_FAILED', text, {
    op: 'accept',
    local: named(endpoint),
    cause,
  })
}

/** Why a connection was not established. */
export function connectError(cause: Error, endpoint: ParsedEndpoint): ConnectError {
  const [code, advice] = connectAdvice(mostTelling(cause))
  return new ConnectError(code, `cannot connect to ${formatEndpoint(endpoint)}: ${advice}`, {
    op: 'connect',
    remote: named(endpoint),
    cause,
  })
}

/** The deadline passed before the connection was established. */
export function connectTimeout(
  endpoint: ParsedEndpoint,
  timeout: number,
  handshake?: Error,
): ConnectError {
  const what =
    handshake === undefined
      ? `no connection after ${timeout} ms, name resolution included: check the address and firewalls`
      : `it answers, and TLS was not established after ${timeout} ms in all: check that it speaks TLS`
  return new ConnectError(
    'HAWSER_CONNECT_TIMEOUT',
    `cannot connect to ${formatEndpoint(endpoint)}: ${what}, or raise timeout`,
    { op: 'connect', remote: named(endpoint), cause: handshake },
  )
}

/** A signal fired. */
export function abortedError(op: string, endpoint: ParsedEndpoint, reason: unknown): AbortedError {
  const what = `${op} ${formatEndpoint(endpoint)} was aborted by its signal`
  return new AbortedError('HAWSER_ABORTED', what, { op, remote: named(endpoint), cause: reason })
}

function listenAdvice(cause: Error, endpoint: ParsedEndpoint): [ListenCode, string] {
  if (endpoint.kind === 'fd') {
    const text = `${cause.message}: it takes a listening socket that this process inherited (a .socket unit with Accept=no)`
    return ['HAWSER_LISTEN_FAILED', text]
  }
  if (codeOf(cause) === 'EPERM' && (cause as NodeJS.ErrnoException).syscall === 'chown') {
    const text =
      'only root may give a socket to another user, and others only to a group they are in: ' +
      'leave its owner out, or join the group'
    return ['HAWSER_PERMISSION_DENIED', text]
  }
  const known = listenCodes[codeOf(cause)]
  if (known !== undefined) return known
  return isResolving(cause)
    ? ['HAWSER_ADDRESS_UNAVAILABLE', `the host name does not resolve (${cause.message}): check it`]
    : ['HAWSER_LISTEN_FAILED', cause.message]
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

function isResolving(cause: Error): boolean {
  return (cause as NodeJS.ErrnoException).syscall === 'getaddrinfo'
}

function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : ''
}

function named(endpoint: ParsedEndpoint): ErrorAddress | undefined {
  if (endpoint.kind === 'tcp') return { address: endpoint.host ?? '*', port: endpoint.port }
  return endpoint.kind === 'unix' ? { address: endpoint.path } : undefined
}
