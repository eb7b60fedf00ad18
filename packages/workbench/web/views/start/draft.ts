import type { Definition } from '../../../src/protocol/definition.js'
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
    listen: kind === 'proxy' ? '127.0.0.1:9100' : '127.0.0.1:9000',
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
  }
}

export function toDefinition(draft: Draft): Definition {
  const { kind, name, tls } = draft
  const framing = draft.framing.trim() || 'raw'
  switch (kind) {
    case 'server':
      return {
        ...{ kind, name, framing, listen: draft.listen, respond: draft.respond },
        ...(draft.greeting === '' ? {} : { greeting: readText(draft.greeting) }),
        ...(draft.maxConnections === '' ? {} : { maxConnections: Number(draft.maxConnections) }),
        ...(tls ? { tls } : {}),
      }
    case 'client':
      return {
        ...{ kind, name, framing, connect: draft.connect },
        ...(Number(draft.connections) > 1 ? { connections: Number(draft.connections) } : {}),
        ...(draft.reconnect ? { reconnect: true } : {}),
        ...(tls ? { tls: draft.insecure ? { insecure: true } : true } : {}),
      }
    case 'proxy':
      return {
        ...{ kind, name, listen: draft.listen, target: draft.target, framing },
        ...(draft.faults.trim() === '' ? {} : { faults: readFaults(draft.faults) }),
        ...(tls ? { tlsIn: true } : {}),
        ...(draft.tlsOut ? { tlsOut: true } : {}),
      }
  }
}

/** What a command line said, to be looked at before it is started. */
export function fromDefinition(definition: Exclude<Definition, { kind: 'file' }>): Draft {
  const empty = newDraft(definition.kind, [])
  const { name, framing = 'raw' } = definition
  const common = { ...empty, name, framing }
  switch (definition.kind) {
    case 'server':
      return {
        ...common,
        listen: definition.listen,
        respond: definition.respond ?? 'none',
        greeting: definition.greeting === undefined ? '' : showText(definition.greeting),
        maxConnections: definition.maxConnections?.toString() ?? '',
        tls: definition.tls !== undefined && definition.tls !== false,
      }
    case 'client':
      return {
        ...common,
        connect: definition.connect,
        connections: String(definition.connections ?? 1),
        reconnect: definition.reconnect ?? false,
        tls: definition.tls !== undefined && definition.tls !== false,
        insecure: typeof definition.tls === 'object' && definition.tls.insecure === true,
      }
    case 'proxy':
      return {
        ...common,
        listen: definition.listen,
        target: definition.target,
        faults: (definition.faults ?? []).join('\n'),
        tls: definition.tlsIn ?? false,
        tlsOut: definition.tlsOut ?? false,
      }
  }
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
