import { invalid } from '../../options/invalid.js'
import { atLeast, milliseconds } from '../../options/numbers.js'
import type { AddressSet } from '../../policy/address/address-set.js'
import { parseIp } from '../../policy/address/ip-address.js'
import { defaultMaxHeader, leastMaxHeader } from '../../proxy-protocol/header-reader.js'
import { readAddresses } from '../../socket/listen/access-files.js'
import type { HeaderRules } from '../../socket/listen/proxy-phase.js'
import type { TransportAddress } from '../../transport.js'
import type { NamesOf } from '../../options/option-names.js'

/** Milliseconds a header may take by default. */
export const defaultHeaderTimeout = 5_000

/** Which proxies say for whom they speak, and how (the PROXY protocol, versions 1 and 2). */
export interface ProxyProtocolOptions {
  /**
   * `require`: every connection begins with a header, and comes from a proxy that is trusted.
   * `optional`: those from trusted proxies may; of all others the first byte is the application's,
   * whatever it looks like. A trusted peer that says nothing is taken for one without a header after
   * `headerTimeout`: a server that speaks first should require it.
   */
  readonly mode: 'require' | 'optional'
  /**
   * The proxies' own addresses, written as in `allow`; and `unix` for programs that may open the server's
   * Unix sockets. There is no default: a trusted peer can claim any address. Files are read once.
   */
  readonly trusted: readonly string[]
  /**
   * Milliseconds a header may take, then the connection is refused with `proxy-header-timeout`. Default
   * 5 000; `Infinity` is off. Stops: connections that hold a place among `maxConnections` without a
   * word.
   */
  readonly headerTimeout?: number | undefined
  /**
   * Bytes of a version 2 header, records and all. Default 4 KiB; at most 65 551, at least 232. A
   * header that claims more is refused with `proxy-header-invalid`. Stops: thousands of connections that
   * each hold the 64 KiB a header may claim.
   */
  readonly maxHeader?: number | undefined
}

/** The names of the options in {@link ProxyProtocolOptions}. */
export const proxyProtocolNames: NamesOf<ProxyProtocolOptions> = {
  mode: true,
  trusted: true,
  headerTimeout: true,
  maxHeader: true,
}

/** Who may send a header, and what it is held to. */
export class ProxyTrust implements HeaderRules {
  readonly mode: 'require' | 'optional'
  readonly headerTimeout: number
  readonly maxHeader: number
  readonly #trusted: AddressSet
  readonly #trustsUnix: boolean

  /** @throws OptionError when an option cannot work, or a file among `trusted` cannot be read */
  constructor({ mode, trusted, headerTimeout, maxHeader }: ProxyProtocolOptions) {
    if (mode !== 'require' && mode !== 'optional') {
      throw invalid('proxyProtocol.mode', `is ${String(mode)}: it takes require or optional`)
    }
    if (trusted === undefined) {
      throw invalid(
        'proxyProtocol.trusted',
        'is missing: list the addresses of your proxies, such as 10.0.0.0/8',
      )
    }
    this.mode = mode
    this.#trustsUnix = Array.isArray(trusted) && trusted.includes('unix')
    this.#trusted = readAddresses(
      'proxyProtocol.trusted',
      this.#trustsUnix ? trusted.filter((entry) => entry !== 'unix') : trusted,
    )
    this.headerTimeout = milliseconds(
      'proxyProtocol.headerTimeout',
      headerTimeout ?? defaultHeaderTimeout,
    )
    this.maxHeader = atLeast(
      'proxyProtocol.maxHeader',
      maxHeader ?? defaultMaxHeader,
      leastMaxHeader,
    )
  }

  /** Whether no connection is let in from there. */
  bars(peer: TransportAddress | undefined): boolean {
    return this.mode === 'require' && !this.trusts(peer)
  }

  /** Whether a header from this socket's other end would be believed. */
  trusts(peer: TransportAddress | undefined): boolean {
    if (peer?.family === 'unix') return this.#trustsUnix
    const address = peer === undefined ? undefined : parseIp(peer.address)
    return address !== undefined && this.#trusted.has(address)
  }
}
