import { formatEndpoint, parseEndpoint } from 'hawser'
import { CommandError, UsageError } from '../../failure.js'
import type { ProxyRegistry } from '../registry.js'
import { ApiServer } from './api-server.js'
import { isLoopback } from './places.js'
import { Routes } from './routes.js'

/** How the API is served. */
export interface ApiOptions {
  /** Where: a host and a port. */
  readonly endpoint: string
  /** Whether it, and proxies made through it, may listen on more than the loopback. */
  readonly isOpen: boolean
  /** Names that it may be asked by, besides localhost and IP addresses. */
  readonly hosts: readonly string[]
  /** That of this package. */
  readonly version: string
}

/** The API, served. */
export interface ServedApi {
  readonly url: string
  close(): void
}

/**
 * Serve the REST API.
 *
 * @returns rejects with UsageError for an endpoint that it cannot have, and CommandError when it cannot
 *   listen there
 */
export async function serveApi(registry: ProxyRegistry, options: ApiOptions): Promise<ServedApi> {
  const { isOpen, hosts, version } = options
  const endpoint = parseEndpoint(options.endpoint)
  if (endpoint.kind !== 'tcp' || endpoint.secure === true) {
    throw new UsageError(`--api ${options.endpoint} is no host and port`, 'write --api 8474')
  }
  if (!isOpen && !isLoopback(endpoint.host)) {
    throw new UsageError(
      `--api ${options.endpoint} is more than the loopback, and a program that reaches it can open ports`,
      'add --api-open if that is what you want',
    )
  }
  const routes = new Routes(registry, { isOpen, version })
  const server = new ApiServer(routes, hosts)
  try {
    return { url: await server.listen(endpoint.host, endpoint.port), close: () => server.close() }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? 'another process listens there' : message
    const where = formatEndpoint(endpoint)
    throw new CommandError(`the API cannot be served on ${where}: ${why}`, 'choose another --api')
  }
}
