import type { Network } from '../../network.js'
import type { NamesOf } from '../../options/option-names.js'
import type { EndpointOrder } from '../../policy/endpoint-order.js'
import { socketNames, type SocketOptions } from '../../socket/socket-options.js'
import { tlsClientNames, type TlsClientOptions } from '../../tls.js'
import { sendProxyNames, type SendProxyOptions } from './send-proxy.js'

/** How a connection is made. */
export interface DialOptions extends SocketOptions {
  /**
   * TLS, for endpoints written `tls://` and those without `tcp://` before them; on the others, what
   * `connection.startTls()` begins with. Default for `tls://`: the certificate has to be vouched for
   * by an authority that Node.js knows, and to be for the endpoint's host.
   */
  readonly tls?: TlsClientOptions | undefined
  /**
   * Begin with a PROXY protocol header, before TLS, that says for whom the connection is made: for a
   * proxy, or to try out a server behind one. What is counted as sent does not include it. Default:
   * none.
   */
  readonly proxyProtocol?: SendProxyOptions | undefined
  /**
   * A proxy to go through, or several, each leading to the next: `'http://user:password@host:port'`
   * (CONNECT, RFC 9110 section 9.3.6; Basic login), `'socks5h://…'` (RFC 1928, 1929), `'socks4a://…'`,
   * or `'socks5://…'`. All but the last resolve the endpoint's name themselves; for `socks5` it is
   * resolved here, and the proxy is told the first address. TLS is spoken with the endpoint, through
   * the tunnel. Errors: `HAWSER_PROXY_REFUSED`, `HAWSER_PROXY_FAILED`, which never name the password.
   * What goes to the proxy itself, the login too, is not encrypted. `connection.remote` is the first
   * proxy, since the socket ends there. Default: none; the environment is
   * not asked.
   */
  readonly proxy?: string | readonly string[] | undefined
  /**
   * Milliseconds for name resolution, TCP, proxies and TLS together, then `HAWSER_CONNECT_TIMEOUT`; of
   * several endpoints each gets an equal share of what is left. Default 10 000; `Infinity` waits as long as
   * the operating system does. Stops: a firewall that drops packets.
   */
  readonly connectTimeout?: number | undefined
  /** Gives up connecting when it fires, with `HAWSER_ABORTED`. Has no effect afterwards. */
  readonly signal?: AbortSignal | undefined
  /**
   * Which of several endpoints is tried first: `first`, as they were written, so that the others are
   * spares; `random`, in a new order each time; `round-robin`, one further on each time that the same
   * array is passed. The next is tried when one has failed. Default `first`.
   */
  readonly order?: EndpointOrder | undefined
  /**
   * Where chance comes from: a number from 0 up to, and not including, 1. Default `Math.random`,
   * which a client and a pool also ask where it throws or returns something else. `connect` rejects with
   * what it throws.
   */
  readonly random?: (() => number) | undefined
  /**
   * Milliseconds until the next address of a name is tried beside those under way, IPv6
   * and IPv4 in turns (RFC 8305); the next follows at once when one has failed, and the first that
   * connects wins. Default 250; at least 10; `Infinity` waits for failure. Stops: a broken IPv6 that
   * keeps everybody waiting.
   */
  readonly attemptDelay?: number | undefined
  /** The local IP address to connect from. Default: the operating system's choice. */
  readonly localAddress?: string | undefined
  /** The local port to connect from. Default: the operating system's choice. */
  readonly localPort?: number | undefined
  /** Use only IPv4 (4) or only IPv6 (6). Default: both, and the first that connects. */
  readonly family?: 4 | 6 | undefined
  /**
   * Where the connection is made: a network in memory, such as that of `hawser/testing`. TLS works
   * where it says that it `speaksTls`; `proxy` and `proxyProtocol` do not; `family` and
   * `attemptDelay` mean nothing. Default: the operating system's network.
   */
  readonly network?: Network | undefined
}

/** The names of the options in {@link DialOptions}. */
export const dialNames: NamesOf<DialOptions> = {
  ...socketNames,
  tls: tlsClientNames,
  proxyProtocol: sendProxyNames,
  proxy: true,
  connectTimeout: true,
  signal: 'signal',
  order: true,
  random: 'function',
  attemptDelay: true,
  localAddress: true,
  localPort: true,
  family: true,
  network: true,
}
