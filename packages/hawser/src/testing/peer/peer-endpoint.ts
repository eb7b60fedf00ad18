import { OptionError } from '../../errors.js'

/**
 * Where a scripted peer connects to: what `server.address()` and `formatEndpoint` return, a port
 * on 127.0.0.1, `host:port`, `[::1]:port`, `tcp://host:port`, `unix:/path` or `/path`.
 */
export type PeerEndpoint =
  | string
  | number
  | {
      /** The port. */
      readonly port: number
      /** Host name or IP address. Default: `address`. */
      readonly host?: string
      /** IP address, as `server.address()` calls it. Default 127.0.0.1. */
      readonly address?: string
    }
  | {
      /** Path of a Unix socket. */
      readonly path: string
    }

/** What `node:net` takes. */
export type SocketTarget = { host: string; port: number } | { path: string }

/** @throws OptionError `HAWSER_INVALID_ENDPOINT` when it is none of these forms */
export function resolveEndpoint(endpoint: PeerEndpoint | null): SocketTarget {
  if (typeof endpoint === 'number') return { host: '127.0.0.1', port: endpoint }
  if (typeof endpoint === 'string') return resolveText(endpoint)
  if (endpoint !== null && 'path' in endpoint) return { path: endpoint.path }
  if (endpoint !== null) {
    return { host: endpoint.host ?? endpoint.address ?? '127.0.0.1', port: endpoint.port }
  }
  throw noTarget('null: the server does not listen yet')
}

function resolveText(text: string): SocketTarget {
  const [, path = /^\.{0,2}\/.*$/.exec(text)?.[0]] = /^unix:(.+)$/.exec(text) ?? []
  if (path !== undefined) return { path }
  const [, host, port] = /^(?:tcp:\/\/)?(?:(.*):)?(\d{1,5})$/.exec(text) ?? []
  if (port === undefined) throw noTarget(`'${text}'`)
  return { host: (host ?? '127.0.0.1').replace(/^\[(.*)\]$/, '$1'), port: Number(port) }
}

function noTarget(what: string): OptionError {
  return new OptionError(
    'HAWSER_INVALID_ENDPOINT',
    `a scripted peer cannot connect to ${what}; give a port, 'host:port' or 'unix:/path'`,
  )
}
