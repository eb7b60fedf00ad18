import { type ErrorAddress, ListenError } from '../errors.js'
import { type ParsedEndpoint, formatEndpoint } from './endpoint.js'

type ListenCode = ListenError['code']

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

/** Whether the resolver found nothing. */
export function isResolving(cause: Error): boolean {
  return (cause as NodeJS.ErrnoException).syscall === 'getaddrinfo'
}

/** The operating system's name for an error. */
export function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : ''
}

/** An endpoint as errors name it. */
export function named(endpoint: ParsedEndpoint): ErrorAddress | undefined {
  if (endpoint.kind === 'tcp') return { address: endpoint.host ?? '*', port: endpoint.port }
  return endpoint.kind === 'unix' ? { address: endpoint.path } : undefined
}
