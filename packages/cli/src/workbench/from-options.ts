import { basename } from 'node:path'
import type {
  ClientDefinition,
  ProgramDefinition,
  ProxyDefinition,
  ServerDefinition,
} from '@hawser/workbench'
import { spellingOf } from '../arguments/framing/parse.js'
import type { FramingChoice } from '../arguments/framing/choice.js'
import type { ConnectOptions } from '../connect/options.js'
import { UsageError } from '../failure.js'
import { showOnly } from '../inspect/watch/only.js'
import type { InspectOptions } from '../inspect/options.js'
import type { ProxyOptions } from '../proxy/options.js'
import type { ServeOptions } from '../serve/options.js'
import { nameOf } from './name.js'

/** What `hawser serve` was asked for, as a session. */
export function fromServe(options: ServeOptions): ServerDefinition {
  const { endpoints, greeting, mode, maxConnections, tls } = options
  const [listen = '', ...others] = endpoints
  if (others.length > 0) {
    throw new UsageError('a session listens in one place', `start another one for ${others[0]}`)
  }
  return {
    kind: 'server',
    name: nameOf('server', listen),
    listen,
    ...sharedOf(options),
    ...(mode === 'print' ? {} : { respond: mode }),
    ...(greeting === undefined
      ? {}
      : { greeting: greeting.map(({ bytes }) => Buffer.from(bytes).toString()).join('\n') }),
    ...finite({ maxConnections }),
    ...(tls === undefined ? {} : { tls: tlsOf(tls) }),
  }
}

/** What `hawser connect` was asked for, as a session. */
export function fromConnect(options: ConnectOptions): ClientDefinition {
  const { endpoint, reconnect, tls } = options
  const { ca, servername, insecure } = tls ?? {}
  const details = {
    ...(ca === undefined ? {} : { ca: only('--ca', ca) }),
    ...(servername === undefined ? {} : { servername }),
    ...(insecure === undefined ? {} : { insecure }),
  }
  return {
    kind: 'client',
    name: nameOf('client', endpoint),
    connect: endpoint,
    ...sharedOf(options),
    ...(reconnect ? { reconnect } : {}),
    ...(tls === undefined ? {} : { tls: Object.keys(details).length === 0 ? true : details }),
  }
}

/** What `hawser proxy` was asked for, as a session. */
export function fromProxy(options: ProxyOptions): ProxyDefinition {
  const { listen, target, faults, seed, tlsIn, tlsOut } = options
  if (listen === undefined || target === undefined) {
    throw new UsageError('the line does not say where', 'write hawser proxy 9000 6379')
  }
  return {
    kind: 'proxy',
    name: nameOf('proxy', listen),
    ...{ listen, target },
    ...sharedOf(options),
    ...(faults.length === 0 ? {} : { faults: [...faults] }),
    ...finite({ seed }),
    ...(tlsIn === undefined ? {} : { tlsIn: true }),
    ...(tlsOut === undefined ? {} : { tlsOut: true }),
  }
}

/** What `hawser inspect` was asked for, as a session. */
export function fromInspect({ target, http2, only: chosen }: InspectOptions): ProgramDefinition {
  const rest = {
    ...(http2 ? { http2 } : {}),
    ...(chosen === undefined ? {} : { only: chosen.map((each) => showOnly(each)) }),
  }
  if (target.kind === 'command') {
    const { command } = target
    const script = command.find((word, at) => at > 0 && !word.startsWith('-')) ?? command[0]
    return {
      kind: 'program',
      name: nameOf('program', basename(script)),
      command: [...command],
      ...rest,
    }
  }
  const { pid, isSure } = target
  const name = nameOf('process', String(pid))
  return { kind: 'program', name, pid, ...(isSure ? { yes: true } : {}), ...rest }
}

function sharedOf({
  framing,
  maxFrame,
  idle,
}: {
  readonly framing: FramingChoice
  readonly maxFrame: number | undefined
  readonly idle: number | undefined
}): { framing: string; maxFrame?: number; idleTimeout?: number } {
  return { framing: spellingOf(framing), ...finite({ maxFrame, idleTimeout: idle }) }
}

/** Off is what is not said: JSON has no Infinity. */
function finite<Name extends string>(
  values: Readonly<Record<Name, number | undefined>>,
): Partial<Record<Name, number>> {
  const given = Object.entries<number | undefined>(values).filter(
    ([, value]) => value !== undefined && Number.isFinite(value),
  )
  return Object.fromEntries(given) as Partial<Record<Name, number>>
}

function tlsOf({ cert, key, ca }: NonNullable<ServeOptions['tls']>): ServerDefinition['tls'] {
  if (cert === undefined) return true
  return { cert, key: key ?? cert, ...(ca === undefined ? {} : { ca: only('--ca', ca) }) }
}

function only(flag: string, [first = '', ...others]: readonly string[]): string {
  if (others.length === 0) return first
  throw new UsageError(`a session takes one ${flag}`, 'put all authorities into one file')
}
