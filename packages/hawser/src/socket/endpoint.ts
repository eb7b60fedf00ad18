import { OptionError } from '../errors.js'
import { checkOptions } from '../options/check-options.js'
import type { NamesOf, OptionNames } from '../options/option-names.js'
import { kindOf } from '../options/invalid.js'
import { invalidEndpoint as invalid } from './invalid-endpoint.js'
import {
  formatUnix,
  isPath,
  parseUnix,
  parseUnixText,
  type UnixAddress,
  type UnixEndpoint,
} from './unix/unix-endpoint.js'

/** A TCP port, on one address or on all. */
export interface TcpEndpoint {
  /** Tells the four apart. */
  readonly kind: 'tcp'
  /** Host name or IP address without brackets; undefined is every address, or localhost to connect. */
  readonly host: string | undefined
  /** 0–65535; 0 lets the operating system choose. */
  readonly port: number
  /** Refuse IPv4 on an IPv6 address (IPV6_V6ONLY). */
  readonly ipv6Only: boolean
  /** True is TLS, false is not; undefined is TLS where the option `tls` was passed. */
  readonly secure: boolean | undefined
}

/** A listening socket inherited from the parent process. */
export interface DescriptorEndpoint {
  /** Tells the four apart. */
  readonly kind: 'fd'
  /** The file descriptor's number. */
  readonly fd: number
}

/** Listening sockets that systemd opened and passed on (sd_listen_fds(3)). */
export interface SystemdEndpoint {
  /** Tells the four apart. */
  readonly kind: 'systemd'
  /** What `FileDescriptorName=` calls them in their unit; undefined is all that were passed on. */
  readonly name: string | undefined
}

/** An endpoint that is a single socket. */
export type SocketEndpoint = TcpEndpoint | UnixEndpoint | DescriptorEndpoint

/** An endpoint taken apart. */
export type ParsedEndpoint = SocketEndpoint | SystemdEndpoint

/**
 * Where to listen or connect: `8000`, `'8000'`, `'host:port'`, `'[::1]:8000'`,
 * `'tcp://host:port'`, `'tls://host:port'`, `'unix:/path'`, `'unix:/path?mode=660&group=web'`,
 * `'/path'`, `'./path'`, `'fd:3'`, `'systemd:name'`, `'systemd:*'`, or an object with `port`, `path`,
 * `fd` or `systemd`. Whatever `server.address()` returns can be connected to. `tls://` is TLS and
 * `tcp://` is not; a port without either is TLS where the option `tls` was passed.
 */
export type Endpoint =
  | string
  | number
  | {
      /** 0–65535; 0 lets the operating system choose. */
      readonly port: number
      /** Host name or IP address. Default: `address`. */
      readonly host?: string | undefined
      /**
       * IP address, as `server.address()` calls it. Default: every address, or localhost to connect.
       */
      readonly address?: string | undefined
      /** `IPv4` or `IPv6`, as `server.address()` says it. It is not looked at. */
      readonly family?: string | undefined
      /** Refuse IPv4 on an IPv6 address (IPV6_V6ONLY). Default false. */
      readonly ipv6Only?: boolean | undefined
      /** TLS or not, as `tls://` and `tcp://` say. Default: TLS where the option `tls` was passed. */
      readonly secure?: boolean | undefined
    }
  | UnixAddress
  | {
      /** Number of an inherited file descriptor. */
      readonly fd: number
    }
  | {
      /** The name of sockets that systemd passes on; `'*'` is all of them. */
      readonly systemd: string
    }

/** Each form of an endpoint as an object; `kind` is in one that was taken apart before. */
type Form<Key extends string> = Extract<Endpoint, Readonly<Record<Key, unknown>>>
const kind = { kind: true } as const
const tcpNames: NamesOf<Form<'port'>> = {
  ...kind,
  port: true,
  host: true,
  address: true,
  family: true,
  ipv6Only: true,
  secure: true,
}
const unixNames: NamesOf<UnixAddress> = {
  ...kind,
  path: true,
  mode: true,
  owner: true,
  group: true,
}
const descriptorNames: NamesOf<Form<'fd'>> = { ...kind, fd: true }
const systemdNames: NamesOf<Form<'systemd'>> = { ...kind, systemd: true }

const forms =
  "it may be written 8000, 'host:port', '[::1]:8000', 'tcp://host:port', 'tls://host:port', 'unix:/path', 'fd:3' or 'systemd:name'"
/** What no host name and no address contains; a path behind the port, say. */
const noHost = /[\s/\\@?#]/

/**
 * Take an endpoint apart.
 *
 * @param endpoint null is what `server.address()` returns while the server does not listen
 * @throws OptionError `HAWSER_INVALID_ENDPOINT` with what is wrong; `HAWSER_INVALID_OPTION` when an
 *   object has a name that is none
 */
export function parseEndpoint(endpoint: Endpoint | null): ParsedEndpoint {
  if (endpoint === null) {
    throw invalid(null, 'it is the address of a server that does not listen: await listen() first')
  }
  if (typeof endpoint === 'number') return tcp(undefined, endpoint, false, undefined, endpoint)
  if (typeof endpoint === 'string') return parseText(endpoint.trim())
  if (typeof endpoint !== 'object') throw invalid(endpoint, forms)
  if (endpoint instanceof URL) {
    throw invalid(endpoint.href, 'it is an object of the class URL: pass its href')
  }
  checkOptions(endpoint, namesOf(endpoint), 'endpoint')
  if ('path' in endpoint) return parseUnix(endpoint, JSON.stringify(endpoint))
  if ('fd' in endpoint) return descriptor(endpoint.fd, `fd:${endpoint.fd}`)
  if ('systemd' in endpoint) return systemd(endpoint.systemd, endpoint)
  const { host, address, port, ipv6Only, secure } = endpoint
  return tcp(host ?? address, port, ipv6Only ?? false, secure, endpoint)
}

function namesOf(endpoint: Exclude<Endpoint, string | number>): OptionNames {
  if ('path' in endpoint) return unixNames
  if ('fd' in endpoint) return descriptorNames
  return 'systemd' in endpoint ? systemdNames : tcpNames
}

/**
 * Whether an endpoint is TLS.
 *
 * @param offered whether the option `tls` was passed
 * @throws OptionError when it has to be and the option is missing
 */
export function isSecure(endpoint: ParsedEndpoint, offered: boolean): boolean {
  if (endpoint.kind !== 'tcp') return endpoint.kind !== 'unix' && offered
  if (endpoint.secure !== true || offered) return endpoint.secure ?? offered
  throw new OptionError(
    'HAWSER_INVALID_ENDPOINT',
    `${formatEndpoint(endpoint)} needs the option tls, with a key and a certificate: pass it, or use tcp://`,
  )
}

/** Write an endpoint, or an address a socket reported, as people write it: `tcp://[::1]:8000`. */
export function formatEndpoint(
  endpoint:
    | ParsedEndpoint
    | string
    | { readonly address: string; readonly port?: number | undefined },
): string {
  if (typeof endpoint === 'string') return formatUnix({ path: endpoint })
  if ('address' in endpoint) {
    return endpoint.port === undefined
      ? formatUnix({ path: endpoint.address })
      : `tcp://${bracketed(endpoint.address)}:${endpoint.port}`
  }
  if (endpoint.kind === 'unix') return formatUnix(endpoint)
  if (endpoint.kind === 'systemd') return `systemd:${endpoint.name ?? '*'}`
  if (endpoint.kind === 'fd') return `fd:${endpoint.fd}`
  const scheme = endpoint.secure === true ? 'tls' : 'tcp'
  return `${scheme}://${bracketed(endpoint.host ?? '*')}:${endpoint.port}`
}

function parseText(text: string): ParsedEndpoint {
  if (isPath(text) || /^unix:/i.test(text)) return parseUnixText(text)
  if (/^systemd:/i.test(text)) return systemd(text.slice(8), text)
  const fd = /^fd:(.*)$/i.exec(text)?.[1]
  if (fd !== undefined) return descriptor(/^\d+$/.test(fd) ? Number(fd) : Number.NaN, text)
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)
  const name = scheme?.[1]?.toLowerCase()
  if (scheme !== null && name !== 'tcp' && name !== 'tls') {
    throw invalid(text, `Hawser does not know the scheme ${String(scheme[1])}: ${forms}`)
  }
  const rest = text.slice(scheme?.[0].length ?? 0).replace(/\/$/, '')
  const match = /^(?:(?:\[([^\]]*:[^\]]*)\]|([^:[\]]*)):)?([^:[\]]*)$/.exec(rest)
  if (match === null) {
    throw invalid(text, `brackets go round an IPv6 address, as in [::1]:8000; ${forms}`)
  }
  const host = match[1] ?? match[2]
  const port = match[3] as string
  if (!/^\d+$/.test(port)) throw invalid(text, `it needs a port number, 0–65535; ${forms}`)
  const secure = name === undefined ? undefined : name === 'tls'
  return tcp(host === '' || host === '*' ? undefined : host, Number(port), false, secure, text)
}

function tcp(
  host: string | undefined,
  port: number,
  ipv6Only: boolean,
  secure: boolean | undefined,
  shown: Endpoint,
): TcpEndpoint {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw invalid(shown, `a port is a whole number, 0–65535, and this is ${String(port)}`)
  }
  if (host !== undefined && typeof host !== 'string') {
    throw invalid(shown, `a host is text, and this is ${kindOf(host)}`)
  }
  const bare = host?.replace(/^\[(.*)\]$/, '$1')
  if (bare !== undefined && noHost.test(bare)) {
    throw invalid(shown, `${bare} is no host name and no IP address; ${forms}`)
  }
  return { kind: 'tcp', host: bare === '' ? undefined : bare, port, ipv6Only, secure }
}

function descriptor(fd: number, shown: string): DescriptorEndpoint {
  if (!Number.isInteger(fd) || fd < 0) {
    throw invalid(shown, 'a descriptor is a whole number, 0 or more, as in fd:3')
  }
  return { kind: 'fd', fd }
}

function systemd(name: string, shown: Endpoint): SystemdEndpoint {
  if (typeof name !== 'string' || !/^[!-9;-~]*$/.test(name)) {
    throw invalid(shown, 'systemd names sockets without a space and without a colon')
  }
  return { kind: 'systemd', name: name === '' || name === '*' ? undefined : name }
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
