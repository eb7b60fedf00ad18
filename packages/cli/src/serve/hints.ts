import { formatEndpoint, type Server } from 'hawser'
import type { ListeningEvent } from '../output/events.js'
import { quoteWord } from '../output/quote.js'
import type { ServeOptions } from './options.js'

/**
 * Where a server listens, and commands that reach it, for people to copy.
 *
 * @param metrics the URL of its metrics, if they are served
 */
export function listeningEvent(
  server: Pick<Server, 'addresses'>,
  options: Pick<ServeOptions, 'mode' | 'framing' | 'httpHello' | 'quiet'>,
  metrics?: string,
): ListeningEvent {
  const addresses = server.addresses()
  const first = addresses[0]
  return {
    event: 'listening',
    endpoints: addresses.map((address) => formatEndpoint(address)),
    framing: options.framing.kind,
    mode: options.mode,
    try: options.quiet || first === undefined ? [] : suggestCommands(first, options.httpHello),
    ...(metrics === undefined ? {} : { metrics }),
  }
}

/** @param http the server answers HTTP as well */
export function suggestCommands(
  address: string | { readonly address: string; readonly port: number },
  http: boolean,
): string[] {
  if (typeof address === 'string') {
    const path = quoteWord(address)
    return [
      `nc -U ${path}`,
      ...(http ? [`curl --unix-socket ${path} http://localhost/`] : []),
      `npx --no hawser connect ${quoteWord(`unix:${address}`)}`,
    ]
  }
  const host = reachableHost(address.address)
  const target = `${host.includes(':') ? `[${host}]` : host}:${address.port}`
  return [
    `telnet ${host} ${address.port}`,
    `nc ${host} ${address.port}`,
    ...(http ? [`curl http://${target}/`] : []),
    `npx --no hawser connect ${target}`,
  ]
}

/** A server that listens on all addresses is reached at this machine's own. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}
