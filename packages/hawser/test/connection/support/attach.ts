import {
  type Connection,
  type ConnectionOptions,
  type Framing,
  type HandlerObject,
  type HawserError,
  lines,
} from 'hawser'
import { createPair, type PairOptions, ScriptedPeer } from 'hawser/testing'
import { engineOf, makeConnection } from '../../../src/connection/connection.js'
import { Engine } from '../../../src/connection/engine.js'
import { resolveSettings } from '../../../src/connection/options/connection-options.js'
import { Budget } from '../../../src/policy/budget.js'
import { SpyTransport } from './spy-transport.js'

export interface AttachOptions<In, Out> extends ConnectionOptions {
  readonly framing?: Framing<In, Out>
  readonly handler?: HandlerObject<In, Out>
  /** A function handler, run as a server does. */
  readonly run?: (connection: Connection<In, Out>) => void | Promise<void>
  readonly line?: PairOptions
  readonly memory?: Budget
  readonly reading?: boolean
  /** Whose connection it is to be: a server's, by default. */
  readonly brakes?: 'all' | 'handler' | 'none'
}

export interface Attached<In, Out> {
  readonly connection: Connection<In, Out>
  readonly peer: ScriptedPeer
  /** What the connection did with its transport. */
  readonly transport: SpyTransport
  /** What `onError` was told. */
  readonly failures: HawserError[]
  /** What a server that closes does to the connection. */
  drain(): void
  /** What it does when the drain's time is up. */
  force(): void
}

/** A connection of lines in memory, its peer played by the test, with its transport watched. */
export function attach<In = string, Out = string>(
  options: AttachOptions<In, Out> = {},
): Attached<In, Out> {
  const line = { ...options.line }
  if (options.clock !== undefined) line.clock ??= options.clock
  const [left, right] = createPair(line)
  const peer = ScriptedPeer.over(left, { reading: options.reading ?? true })
  const transport = new SpyTransport(right)
  const framing = options.framing ?? (lines() as unknown as Framing<In, Out>)
  const budget = options.memory ?? new Budget(Infinity)
  const failures: HawserError[] = []
  const engine = new Engine(
    transport,
    resolveSettings(options, framing, options.handler, budget, options.brakes ?? 'all'),
    {
      failed: (error) => failures.push(error),
      closed: () => undefined,
    },
  )
  const connection = makeConnection(engine)
  engine.start()
  if (options.run !== undefined) engine.run(options.run)
  return {
    connection,
    peer,
    transport,
    failures,
    drain: () => engineOf(connection).drain(),
    force: () => engineOf(connection).force(0),
  }
}
