import { Buffer } from 'node:buffer'
import net from 'node:net'
import type { OptionError } from '../../errors.js'
import { invalid } from '../../options/invalid.js'
import type { TunnelLogin } from '../../tunnel/tunnel.js'

/** What a proxy speaks. `socks5` is told addresses, the others names. */
export type ProxyKind = 'http' | 'socks5' | 'socks5h' | 'socks4a'

/** A proxy taken apart. */
export interface Proxy {
  readonly kind: ProxyKind
  readonly host: string
  readonly port: number
  readonly login: TunnelLogin | undefined
  /** How errors call it: without the password. */
  readonly name: string
}

const ports: Readonly<Record<ProxyKind, number>> = {
  http: 80,
  socks5: 1080,
  socks5h: 1080,
  socks4a: 1080,
}
/** The length of a user and of a password is one byte (RFC 1929 section 2). */
const longestLogin = 255

const forms =
  "a proxy is written 'http://host:port', 'socks5://host:port', 'socks5h://host:port' or 'socks4a://host:port', with user:password@ before the host if it asks for them"

/**
 * Take the URLs of proxies apart, the one to connect to first.
 *
 * @throws OptionError with what is wrong, and never with a password
 */
export function parseProxies(proxy: string | readonly string[] | undefined): Proxy[] {
  if (proxy === undefined) return []
  const urls = typeof proxy === 'string' ? [proxy] : proxy
  if (!Array.isArray(urls) || urls.length === 0) {
    throw invalid('proxy', 'takes a URL, or a list of one or more: leave it out for none')
  }
  return urls.map((url: unknown) => parse(url))
}

function parse(text: unknown): Proxy {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  const kind = url?.protocol.slice(0, -1) ?? ''
  if (url === undefined) throw invalid('proxy', `is no URL: ${forms}`)
  if (!isKind(kind)) throw invalid('proxy', `has the scheme ${kind}, which is not known: ${forms}`)
  const host = hostOf(url)
  if (host === '' || !/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
    throw misfit(
      `the proxy ${kind}://${url.host} has something behind the port, or no host: ${forms}`,
    )
  }
  const port = url.port === '' ? ports[kind] : Number(url.port)
  if (port === 0) throw misfit(`the proxy ${kind}://${url.host} needs its real port, not 0`)
  const name = `${kind}://${host.includes(':') ? `[${host}]` : host}:${port}`
  return { kind, host, port, login: loginOf(url, kind, name), name }
}

function isKind(kind: string): kind is ProxyKind {
  return Object.hasOwn(ports, kind)
}

/** Only URLs of the web are rid of capitals, percent signs and other alphabets. */
function hostOf({ hostname }: URL): string {
  return asciiHost(hostname.replace(/^\[(.*)\]$/, '$1')) ?? ''
}

/** A host as DNS knows it: `bücher.example` is `xn--bcher-kva.example`; undefined if it is none. */
export function asciiHost(host: string): string | undefined {
  if (net.isIP(host) !== 0) return host
  const text = `http://${host}`
  const name = URL.canParse(text) ? new URL(text).hostname : ''
  // What makes an IPv4 address of 127.1 or 0x7f000001 is not to change what was asked for.
  if (name === '' || net.isIP(name) !== 0 || name.length > longestLogin) return undefined
  return name
}

function loginOf(url: URL, kind: ProxyKind, name: string): TunnelLogin | undefined {
  if (url.username === '' && url.password === '') return undefined
  const login = { user: decode(url.username, name), password: decode(url.password, name) }
  const sizes = [Buffer.byteLength(login.user), Buffer.byteLength(login.password)]
  if (Math.max(...sizes) > longestLogin) {
    throw misfit(
      `the user or the password of the proxy ${name} is longer than ${longestLogin} bytes`,
    )
  }
  // oxlint-disable-next-line no-control-regex -- what would end a header or a field early
  if (/[\0-\x1f\x7f]/.test(login.user + login.password)) {
    throw misfit(`the user or the password of the proxy ${name} has a control character`)
  }
  if (kind === 'http' && login.user.includes(':')) {
    throw misfit(`the user of the proxy ${name} has a colon, which ends it (RFC 7617 section 2)`)
  }
  if (kind === 'socks4a' && login.password !== '') {
    throw misfit(`SOCKS4 has no passwords: leave that of the proxy ${name} out`)
  }
  if (kind.startsWith('socks5') && Math.min(...sizes) === 0) {
    throw misfit(`the proxy ${name} needs a user and a password, or neither (RFC 1929 section 2)`)
  }
  return login
}

function decode(text: string, name: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw misfit(`the user or the password of the proxy ${name} has a % that is not written %25`)
  }
}

/** One URL is wrong, and the option with it. */
function misfit(text: string): OptionError {
  return invalid('proxy', `cannot be used: ${text}`)
}
