import { randomBytes } from 'node:crypto'
import type { NodeConnectionOptions } from '@nats-io/transport-node'
import { OptionError } from 'hawser'
import { isNodeId, MOST_ID_BYTES } from './header.js'
import type { Beat } from './pulse.js'
import { parseServers } from './servers.js'

/**
 * Options of the NATS client that are passed on: `user`, `pass`, `token`, `authenticator`, `tls`,
 * `timeout`, `pingInterval`, `reconnectTimeWait`, … What the backplane decides itself is not among
 * them, and is refused.
 */
export type NatsConnectionOptions = Omit<
  NodeConnectionOptions,
  | 'servers'
  | 'port'
  | 'name'
  | 'noEcho'
  | 'reconnect'
  | 'maxReconnectAttempts'
  | 'waitOnFirstConnect'
  | 'ignoreAuthErrorAbort'
>

/** What the backplane decides by itself: its promises depend on it. */
const decided: readonly Exclude<keyof NodeConnectionOptions, keyof NatsConnectionOptions>[] = [
  'servers',
  'port',
  'name',
  'noEcho',
  'reconnect',
  'maxReconnectAttempts',
  'waitOnFirstConnect',
  'ignoreAuthErrorAbort',
]

/** Which NATS server, and how this node is called there. */
export interface NatsBackplaneOptions {
  /**
   * Where the NATS servers are: `host`, `host:port`, `nats://host:port`, or `tls://host:port`, which
   * insists on TLS for all of them. Default `127.0.0.1:4222`.
   */
  readonly servers?: string | readonly string[]
  /**
   * What all subjects of this backplane begin with: words of letters, digits, `-` and `_`, with dots
   * between them, at most 64 characters. Only nodes with the same prefix hear each other. Default `hawser`.
   */
  readonly prefix?: string
  /**
   * This node's name, unlike that of every other node: 1 to 64 printable ASCII characters without
   * spaces. Default: a random one.
   */
  readonly nodeId?: string
  /** What the NATS server calls the connection in its lists. Default: `hawser` and the node's name. */
  readonly name?: string
  /**
   * Milliseconds between the signs of life of this node, 10 to 600,000; the same for all nodes. A node
   * that was not heard for three of them is gone. Default 5,000; `Infinity` is none: then a node that
   * crashed stays in `nodes()`.
   */
  readonly presence?: number
  /** Most other nodes that are known by name, 1 to 65,536; others are heard and not in `nodes()`. Default 1,024. */
  readonly maxNodes?: number
  /** Credentials, TLS, and the rest of what the NATS client takes. */
  readonly connection?: NatsConnectionOptions
}

/** The options with their defaults. */
export interface Settings {
  readonly servers: readonly string[]
  readonly prefix: string
  readonly nodeId: string
  readonly presence: number
  readonly maxNodes: number
  readonly client: NodeConnectionOptions
  readonly beat: Beat
}

const known: ReadonlySet<string> = new Set([
  'servers',
  'prefix',
  'nodeId',
  'name',
  'presence',
  'maxNodes',
  'connection',
])

/** @throws {OptionError} when one cannot work */
export function resolveOptions(options: NatsBackplaneOptions): Settings {
  checkObject(options, 'the options of natsBackplane')
  for (const key of Object.keys(options)) {
    if (!known.has(key)) throw refuse(key, `there is no option '${key}'`, `use ${listOf(known)}`)
  }
  const { prefix = 'hawser', presence = 5_000, maxNodes = 1_024, connection = {} } = options
  const nodeId = options.nodeId ?? `node-${randomBytes(9).toString('base64url')}`
  const name = options.name ?? `hawser ${String(nodeId)}`
  if (typeof prefix !== 'string' || prefix.length > 64 || !/^[\w-]+(\.[\w-]+)*$/.test(prefix)) {
    const remedy =
      'use words of letters, digits, - and _, with dots between them, 64 characters at most'
    throw refuse('prefix', `prefix is ${show(prefix)}`, remedy)
  }
  if (typeof nodeId !== 'string' || !isNodeId(nodeId)) {
    const remedy = `use 1 to ${MOST_ID_BYTES} printable ASCII characters without spaces`
    throw refuse('nodeId', `nodeId is ${show(nodeId)}`, remedy)
  }
  if (typeof name !== 'string') throw refuse('name', `name is ${show(name)}`, 'use a text')
  if (presence !== Infinity) checkInteger('presence', presence, 10, 600_000, ', or Infinity')
  checkInteger('maxNodes', maxNodes, 1, 65_536)
  checkObject(connection, 'connection', 'connection')
  for (const key of decided) {
    if (!(key in connection)) continue
    const remedy = key === 'servers' || key === 'name' ? `use the option ${key}` : 'leave it out'
    throw refuse(`connection.${key}`, `connection.${key} is decided by the backplane`, remedy)
  }
  const { hosts, isSecure } = parseServers(options.servers)
  const client = clientOptions()
  const beat = { every: client.pingInterval ?? 10_000, misses: client.maxPingOut ?? 2 }
  return { servers: hosts, prefix, nodeId, presence, maxNodes, client, beat }

  function clientOptions(): NodeConnectionOptions {
    return {
      // Back soon after a restart, and sure within half a minute that a silent server is gone.
      reconnectTimeWait: 250,
      pingInterval: 10_000,
      timeout: 10_000,
      noAsyncTraces: true,
      ...(isSecure ? { tls: {} } : {}),
      ...connection,
      servers: [...hosts],
      name,
      noEcho: true,
      reconnect: true,
      maxReconnectAttempts: -1,
      // Credentials that are refused for a while, as during a change of them, end nothing for good.
      ignoreAuthErrorAbort: true,
    }
  }
}

function checkObject(value: unknown, what: string, option?: string): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return
  throw refuse(option, `${what} is ${show(value)}`, 'use an object')
}

function checkInteger(
  option: string,
  value: unknown,
  least: number,
  most: number,
  also: string = '',
): void {
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return
  throw refuse(
    option,
    `${option} is ${show(value)}`,
    `use an integer from ${least} to ${most}${also}`,
  )
}

function listOf(names: Iterable<string>): string {
  return [...names].join(', ')
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(value)
}

function refuse(option: string | undefined, what: string, remedy: string): OptionError {
  return new OptionError('HAWSER_INVALID_OPTION', what, { option, remedy })
}
