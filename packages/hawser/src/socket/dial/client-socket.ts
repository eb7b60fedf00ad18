import net from 'node:net'
import { OptionError } from '../../errors.js'
import { invalid } from '../../options/invalid.js'
import { canReadFast, onread } from '../fast-read.js'
import { keepAliveDelay } from '../keep-alive.js'
import type { RaceTarget } from './race.js'
import type { SocketSettings } from '../socket-options.js'

/** What a socket is made with. */
export interface ClientSocketOptions extends SocketSettings {
  readonly localAddress: string | undefined
  readonly localPort: number | undefined
  readonly family: 4 | 6 | undefined
}

/**
 * The only family to use, if it is one: a name that has addresses of both must not be resolved to
 * one that the local address cannot reach.
 *
 * @throws OptionError when the options contradict each other
 */
export function familyFor(
  host: string,
  { family, localAddress }: ClientSocketOptions,
): 4 | 6 | undefined {
  const remote = net.isIP(host)
  if (family !== undefined && remote !== 0 && remote !== family) {
    throw new OptionError(
      'HAWSER_INVALID_OPTION',
      (option) => `${option} is ${family}, and ${host} is an IPv${remote} address`,
      { option: 'family', remedy: (option) => `leave ${option} out` },
    )
  }
  if (localAddress === undefined) return family
  const local = net.isIP(localAddress)
  if (local === 0 || local !== (family ?? local)) {
    const wanted = family === undefined ? 'IP' : `IPv${family}`
    throw invalid(
      'localAddress',
      `is ${localAddress}: it takes an ${wanted} address of this machine`,
    )
  }
  return local === 4 ? 4 : 6
}

/** Whether sockets are to read into the static buffer. */
export function readsFast({ fastRead }: ClientSocketOptions): boolean {
  return fastRead && canReadFast
}

/** Begin to connect to one address. */
export function openSocket(target: RaceTarget, options: ClientSocketOptions): net.Socket {
  const common = { allowHalfOpen: true, ...(readsFast(options) ? { onread } : {}) }
  const { address, port } = target
  if (port === undefined) return net.connect({ ...common, path: address })
  const { localAddress, localPort, noDelay, keepAlive } = options
  return net.connect({
    ...common,
    host: address,
    port,
    noDelay,
    ...(keepAlive.idle === Infinity
      ? {}
      : { keepAlive: true, keepAliveInitialDelay: keepAliveDelay(keepAlive.idle) }),
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(localPort === undefined ? {} : { localPort }),
  })
}
