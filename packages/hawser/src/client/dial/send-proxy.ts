import { invalid } from '../../options/invalid.js'
import type { NamesOf } from '../../options/option-names.js'
import {
  proxyEndNames,
  type ProxyEnd,
  type ProxyTlvs,
  tlvNames,
} from '../../proxy-protocol/header.js'
import { encodeHeader } from '../../proxy-protocol/header-encoder.js'
import type { TransportAddresses } from '../../transport.js'

/** The PROXY protocol header to begin a connection with. */
export interface SendProxyOptions {
  /** 1 is a line of text, 2 is binary and may carry `tlvs`. */
  readonly version: 1 | 2
  /**
   * For whom the connection is made. Default: our own end of the socket. `unix` as family takes a
   * path; anything else is an IP address.
   */
  readonly source?: ProxyEnd | undefined
  /** Where they connected to. Default: the other end of the socket. */
  readonly destination?: ProxyEnd | undefined
  /**
   * Say that the connection is our own and not for a client, as a health check is. Version 1 has no
   * such word: it says `UNKNOWN`. Default false.
   */
  readonly local?: boolean | undefined
  /** What else is known of the client; version 2 only. `crc32c: true` adds a checksum. */
  readonly tlvs?: ProxyTlvs | undefined
}

/** The names of the options in {@link SendProxyOptions}. */
export const sendProxyNames: NamesOf<SendProxyOptions> = {
  version: true,
  source: proxyEndNames,
  destination: proxyEndNames,
  local: true,
  tlvs: tlvNames,
}

/** Stands, beside `other`, for an end that is known only once there is a socket. */
function placeholder(other: ProxyEnd | undefined): ProxyEnd {
  return other?.family === 'unix' ? { address: '', family: 'unix' } : { address: '0.0.0.0' }
}

/**
 * What makes the header, once both ends of the socket are known.
 *
 * @throws OptionError when there is no such header
 */
export function resolveSendProxy(
  options: SendProxyOptions,
): (ends: TransportAddresses) => Uint8Array {
  const { version, source, destination, local = false, tlvs = {} } = options
  if (version !== 1 && version !== 2) {
    throw invalid('proxyProtocol.version', `is ${String(version)}: it takes 1 or 2`)
  }
  const command = local ? 'local' : 'proxy'
  const header = (from: ProxyEnd | undefined, to: ProxyEnd | undefined): Uint8Array =>
    encodeHeader({ version, command, source: source ?? from, destination: destination ?? to, tlvs })
  // What is wrong with it is to be said before a connection is made.
  header(placeholder(destination), placeholder(source))
  return (ends) => header(ends.local, ends.remote)
}
