import { Buffer } from 'node:buffer'
import net from 'node:net'
import { type ErrorText, OptionError } from '../../errors.js'
import { HttpConnect } from '../../tunnel/http-connect.js'
import { Socks4 } from '../../tunnel/socks4.js'
import { Socks5 } from '../../tunnel/socks5.js'
import type { Tunnel, TunnelTarget } from '../../tunnel/tunnel.js'
import type { DialEndpoint } from '../dial-endpoint.js'
import { formatEndpoint } from '../endpoint.js'
import { asciiHost, type Proxy } from './proxy-url.js'

/** A proxy, and where it is to lead. */
export interface Hop {
  readonly proxy: Proxy
  readonly target: TunnelTarget
}

/**
 * The hops through proxies to an endpoint: the first proxy is connected to, each leads to the next,
 * the last to the endpoint.
 *
 * @throws OptionError when a proxy cannot lead there
 */
export function routeTo(endpoint: DialEndpoint, proxies: readonly Proxy[]): Hop[] {
  return proxies.map((proxy, index) => {
    const next = proxies[index + 1] ?? endpoint
    const target = targetOf(next, endpoint)
    if (proxy.kind === 'socks4a' && net.isIP(target.host) === 6) {
      throw unfit(endpoint, `${proxy.name} cannot lead to ${target.host}: SOCKS4 has no IPv6`)
    }
    return { proxy, target }
  })
}

/** Begin the protocol that a proxy speaks. */
export function createTunnel({ kind, login }: Proxy, target: TunnelTarget): Tunnel {
  if (kind === 'socks4a') return new Socks4(target, login?.user ?? '')
  if (kind !== 'http') return new Socks5(target, login)
  // RFC 7617 section 2: it is not encrypted, only written otherwise.
  const basic = login && Buffer.from(`${login.user}:${login.password}`).toString('base64')
  return new HttpConnect(target, basic && `Basic ${basic}`)
}

function targetOf(next: Proxy | DialEndpoint, endpoint: DialEndpoint): TunnelTarget {
  if ('path' in next) {
    throw unfit(endpoint, 'no proxy leads to a Unix socket', (proxy) => `leave ${proxy} out`)
  }
  const host = asciiHost(next.host ?? 'localhost')
  if (host !== undefined) return { host, port: next.port }
  throw unfit(endpoint, `${String(next.host)} is no host name that a proxy could resolve`)
}

function unfit(endpoint: DialEndpoint, why: string, remedy?: ErrorText): OptionError {
  const text = `cannot connect to ${formatEndpoint(endpoint)}: ${why}`
  return new OptionError('HAWSER_INVALID_ENDPOINT', text, { option: 'proxy', remedy })
}
