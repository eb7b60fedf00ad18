import type { Definition, ServerDefinition } from '../../../src/protocol/definition.js'
import type { SessionState } from '../../../src/protocol/session-state.js'
import { parseEscapes, toEscapes } from '../../bytes/escapes.js'

export type DraftKind = 'server' | 'client' | 'proxy'

/** What is written in the dialog: texts, until it is started. */
export interface Draft {
  readonly kind: DraftKind
  readonly name: string
  readonly listen: string
  readonly connect: string
  readonly target: string
  readonly framing: string
  readonly respond: 'none' | 'echo' | 'chat'
  readonly greeting: string
  readonly maxConnections: string
  readonly connections: string
  readonly tls: boolean
  readonly insecure: boolean
  readonly tlsOut: boolean
  readonly reconnect: boolean
  readonly faults: string
  /** What a command line said that has no field here; it is started with it. */
  readonly more: More
}

/** What has no field, by the words of the definitions. */
export interface More {
  readonly maxFrame?: number | undefined
  readonly idleTimeout?: number | undefined
  readonly seed?: number | undefined
  /** Files of TLS, and the name that a server is asked for. */
  readonly tls?: Readonly<Record<string, unknown>> | undefined
}

/** A draft that can be started as it is, beside what there is. */
export function newDraft(kind: DraftKind, sessions: readonly SessionState[]): Draft {
  const names = new Set(sessions.map(({ definition }) => definition.name))
  const running = sessions.find(
    ({ definition, state }) => definition.kind === 'server' && state === 'running',
  )
  const server = running?.addresses[0] ?? '127.0.0.1:9000'
  let name: string = kind
  for (let number = 2; names.has(name); number++) name = `${kind} ${number}`
  return {
    kind,
    name,
    listen: freePlace(kind === 'proxy' ? 9_100 : 9_000, sessions),
    connect: server,
    target: server,
    framing:
      running?.definition.kind === 'server' && kind === 'client'
        ? (running.definition.framing ?? 'raw')
        : 'lines',
    respond: 'echo',
    greeting: '',
    maxConnections: '',
    connections: '1',
    tls: false,
    insecure: false,
    tlsOut: false,
    reconnect: false,
    faults: '',
    more: {},
  }
}

/** The first port from this one on at which none of the sessions listens, or will when it is started again. */
function freePlace(from: number, sessions: readonly SessionState[]): string {
  const taken = new Set(
    sessions.flatMap(({ addresses, definition }) => [
      ...addresses,
      'listen' in definition ? definition.listen : '',
    ]),
  )
  let port = from
  while (taken.has(`127.0.0.1:${port}`)) port++
  return `127.0.0.1:${port}`
}

export function toDefinition(draft: Draft): Definition {
  const { kind, name, more } = draft
  const { tls: _, seed, ...shared } = more
  const common = { name, framing: draft.framing.trim() || 'raw', ...shared }
  const tls = tlsOf(draft)
  switch (kind) {
    case 'server':
      return {
        ...{ kind, ...common, listen: draft.listen, respond: draft.respond },
        ...(draft.greeting === '' ? {} : { greeting: readText(draft.greeting) }),
        ...(draft.maxConnections === '' ? {} : { maxConnections: Number(draft.maxConnections) }),
        ...(tls === undefined ? {} : { tls: tls as NonNullable<ServerDefinition['tls']> }),
      }
    case 'client':
      return {
        ...{ kind, ...common, connect: draft.connect },
        ...(Number(draft.connections) > 1 ? { connections: Number(draft.connections) } : {}),
        ...(draft.reconnect ? { reconnect: true } : {}),
        ...(tls === undefined ? {} : { tls }),
      }
    case 'proxy':
      return {
        ...{ kind, ...common, listen: draft.listen, target: draft.target },
        ...(draft.faults.trim() === '' ? {} : { faults: readFaults(draft.faults) }),
        ...(seed === undefined ? {} : { seed }),
        ...(draft.tls ? { tlsIn: true } : {}),
        ...(draft.tlsOut ? { tlsOut: true } : {}),
      }
  }
}

/** What a session becomes, with the rules and the script that it has: they have a place of their own. */
export function changeDefinition(before: Definition, draft: Draft): Definition {
  const after = toDefinition(draft)
  if (!canRespond(before) || !canRespond(after)) return after
  const { responders, script } = before
  return {
    ...after,
    ...(responders === undefined ? {} : { responders }),
    ...(script === undefined ? {} : { script }),
  }
}

function canRespond(
  definition: Definition,
): definition is Extract<Definition, { kind: 'server' | 'client' }> {
  return definition.kind === 'server' || definition.kind === 'client'
}

/** The files that a line named, and what is ticked here. */
function tlsOf({ kind, tls, insecure, more }: Draft): true | object | undefined {
  if (!tls) return undefined
  const asked = { ...more.tls, ...(kind === 'client' && insecure ? { insecure } : {}) }
  return Object.keys(asked).length === 0 ? true : asked
}

/** Whether the dialog has fields for it. */
export function hasFields(
  definition: Definition,
): definition is Extract<Definition, { kind: DraftKind }> {
  return ['server', 'client', 'proxy'].includes(definition.kind)
}

/** What a command line said, to be looked at before it is started. */
export function fromDefinition(definition: Extract<Definition, { kind: DraftKind }>): Draft {
  const empty = newDraft(definition.kind, [])
  const { name, framing = 'raw', maxFrame, idleTimeout } = definition
  const common = { ...empty, name, framing }
  const more = { maxFrame, idleTimeout }
  switch (definition.kind) {
    case 'server':
      return {
        ...common,
        listen: definition.listen,
        respond: definition.respond ?? 'none',
        greeting: definition.greeting === undefined ? '' : showText(definition.greeting),
        maxConnections: definition.maxConnections?.toString() ?? '',
        tls: isOn(definition.tls),
        more: given({ ...more, tls: filesOf(definition.tls) }),
      }
    case 'client': {
      const { insecure = false, ...files } = filesOf(definition.tls) ?? {}
      return {
        ...common,
        connect: definition.connect,
        connections: String(definition.connections ?? 1),
        reconnect: definition.reconnect ?? false,
        tls: isOn(definition.tls),
        insecure: insecure === true,
        more: given({ ...more, tls: Object.keys(files).length === 0 ? undefined : files }),
      }
    }
    case 'proxy':
      return {
        ...common,
        listen: definition.listen,
        target: definition.target,
        faults: (definition.faults ?? []).join('\n'),
        tls: definition.tlsIn ?? false,
        tlsOut: definition.tlsOut ?? false,
        more: given({ ...more, seed: definition.seed }),
      }
  }
}

/** What is started with it and has no field, as the flags of the command call it. */
export function showMore({ maxFrame, idleTimeout, seed, tls }: More): string {
  return Object.entries({ 'max-frame': maxFrame, idle: idleTimeout, seed, ...tls })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `--${name} ${String(value)}`)
    .join(' ')
}

function isOn(tls: boolean | object | undefined): boolean {
  return tls !== undefined && tls !== false
}

function filesOf(tls: boolean | object | undefined): Record<string, unknown> | undefined {
  return typeof tls === 'object' ? { ...tls } : undefined
}

function given(more: More): More {
  return Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined))
}

export function readFaults(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function readText(escaped: string): string {
  return new TextDecoder().decode(parseEscapes(escaped))
}

function showText(text: string): string {
  return toEscapes(new TextEncoder().encode(text))
}
