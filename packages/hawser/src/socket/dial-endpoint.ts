import { OptionError } from '../errors.js'
import { formatEndpoint, type ParsedEndpoint, type TcpEndpoint } from './endpoint.js'
import { isOwned, type UnixEndpoint } from './unix/unix-endpoint.js'

/** An endpoint that can be connected to. */
export type DialEndpoint = TcpEndpoint | UnixEndpoint

/** Every address of a machine is for listening: to connect, each stands for its loopback. */
const loopbackOf: Readonly<Record<string, string>> = { '::': '::1', '0.0.0.0': '127.0.0.1' }

/**
 * The endpoint as one that can be connected to; without a host it is this machine.
 *
 * @throws OptionError when it can only be listened on
 */
export function dialable(endpoint: ParsedEndpoint): DialEndpoint {
  if (endpoint.kind === 'unix') {
    if (!isOwned(endpoint)) return endpoint
    throw unfit(endpoint, 'mode, owner and group are for listening, leave them out')
  }
  if (endpoint.kind !== 'tcp') {
    throw unfit(endpoint, 'a descriptor can be listened on, not connected to')
  }
  // An error names what was tried.
  const { host = 'localhost' } = endpoint
  const named = { ...endpoint, host: loopbackOf[host] ?? host }
  if (endpoint.port === 0) {
    throw unfit(named, 'port 0 is for listening, connecting needs the real one')
  }
  return named
}

function unfit(endpoint: ParsedEndpoint, why: string): OptionError {
  const text = `cannot connect to ${formatEndpoint(endpoint)}: ${why}`
  return new OptionError('HAWSER_INVALID_ENDPOINT', text)
}
