import { formatEndpoint, parseEndpoint, type Server } from 'hawser'
import { adviseCertificate } from '../certificate/advice.js'
import type { ListeningEvent } from '../output/events.js'
import { nameFraming } from '../arguments/framing/choice.js'
import { quoteWord } from '../output/quote.js'
import type { ServeOptions } from './options.js'

/** What else is said where a server listens. */
export interface ListeningDetails {
  /** The URL of its metrics, if they are served. */
  readonly metrics?: string | undefined
  /** A link to its page, if there is one. */
  readonly page?: string | undefined
  /** The file of the development certificate, if it is in use. */
  readonly trust?: string | undefined
}

/** Where a server listens, and commands that reach it, for people to copy. */
export function listeningEvent(
  server: Pick<Server, 'addresses'>,
  options: Pick<ServeOptions, 'endpoints' | 'mode' | 'framing' | 'httpHello' | 'quiet' | 'tls'> &
    Partial<Pick<ServeOptions, 'proxyProtocol'>>,
  { metrics, page, trust }: ListeningDetails = {},
): ListeningEvent {
  const addresses = server.addresses()
  const first = addresses[0]
  const secure = listSecure(options, addresses.length)
  const commands =
    options.quiet || first === undefined
      ? []
      : secure[0] === true && typeof first !== 'string'
        ? suggestTls(first, options.httpHello, trust)
        : suggestCommands(first, options.httpHello)
  return {
    event: 'listening',
    endpoints: addresses.map((address, index) => {
      const endpoint = formatEndpoint(address)
      return secure[index] === true ? endpoint.replace('tcp:', 'tls:') : endpoint
    }),
    framing: nameFraming(options.framing),
    mode: options.mode,
    try: options.proxyProtocol?.mode === 'require' ? commands.flatMap(asProxy) : commands,
    ...(metrics === undefined ? {} : { metrics }),
    ...(page === undefined ? {} : { page }),
  }
}

/** Which of the addresses speak TLS. */
function listSecure(
  { endpoints, tls }: Pick<ServeOptions, 'endpoints' | 'tls'>,
  addresses: number,
): boolean[] {
  if (tls === undefined) return []
  const secure = endpoints.map((endpoint) => {
    const parsed = parseEndpoint(endpoint)
    return parsed.kind === 'tcp' ? (parsed.secure ?? true) : parsed.kind !== 'unix'
  })
  // systemd may have passed on several under one name: nobody else shares the list with them then.
  return secure.length === addresses
    ? secure
    : Array.from({ length: addresses }, () => secure.includes(true))
}

/**
 * @param http the server answers HTTP as well
 * @param trust the file of the development certificate, if it is in use
 */
export function suggestTls(
  { address, port }: { readonly address: string; readonly port: number },
  http: boolean,
  trust: string | undefined,
): string[] {
  const host = reachableHost(address)
  if (trust !== undefined) {
    return adviseCertificate(trust, { host: isLoopback(host) ? 'localhost' : host, port, http })
  }
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return [
    `openssl s_client -connect ${quoteWord(target)}`,
    ...(http ? [`curl ${quoteWord(`https://${target}/`)}`] : []),
    `npx --no hawser connect ${quoteWord(`tls://${target}`)}`,
  ]
}

/** The command that begins as a proxy does, if there is one. */
function asProxy(command: string): string[] {
  if (command.startsWith('npx ')) return [`${command} --send-proxy v2`]
  return command.startsWith('curl ') ? [command.replace('curl', 'curl --haproxy-protocol')] : []
}

function isLoopback(host: string): boolean {
  return host === '127.0.0.1' || host === '::1'
}

/** @param http the server answers HTTP as well */
export function suggestCommands(
  address: string | { readonly address: string; readonly port: number },
  http: boolean,
): string[] {
  if (typeof address === 'string') {
    // Which of its names other programs take depends on the version of Node.js.
    if (address.startsWith('\0')) {
      return [`npx --no hawser connect ${quoteWord(formatEndpoint(address))}`]
    }
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
    ...(http ? [`curl ${quoteWord(`http://${target}/`)}`] : []),
    `npx --no hawser connect ${quoteWord(target)}`,
  ]
}

/** A server that listens on all addresses is reached at this machine's own. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}
