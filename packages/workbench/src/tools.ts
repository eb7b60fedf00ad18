import type { Framing } from 'hawser'
import type { LogRow, SessionLog } from 'hawser/log'
import type {
  ClientDefinition,
  Definition,
  ProgramDefinition,
  ProxyDefinition,
  ReplayDefinition,
  ServerDefinition,
} from './protocol/definition.js'
import type { RenderedForm } from './protocol/export-form.js'
import type { ConnectionState } from './protocol/session-state.js'

/**
 * What the command lends to the workbench, which has no TCP logic of its own: the grammar of its flags, the proxy
 * with its faults, the development certificate. A function that refuses what it gets throws an `Error` whose message
 * says what to write instead.
 */
export interface Tools {
  /** The version to show. */
  readonly version: string
  /** What a `hawser …` or `nc …` line asks for. It is parsed, never executed: `-e` and `-c` are refused. */
  parseLine(line: string): Definition
  /** The line that starts the same in a terminal. */
  toLine(definition: Definition): string
  /** A framing as `--framing` spells it. */
  loadFraming(
    spelled: string,
    limits: { readonly maxFrame?: number | undefined },
  ): Promise<Framing<Uint8Array, Uint8Array>>
  /** The same as a piece of a program: what to import of the library, and the call. */
  framingCode(definition: {
    readonly framing?: string | undefined
    readonly maxFrame?: number | undefined
  }): FramingCode
  /** What `createServer({ tls })` takes; the development certificate for `true`. */
  serverTls(tls: NonNullable<ServerDefinition['tls']>): Promise<object | undefined>
  /** What `connect({ tls })` takes. */
  clientTls(tls: NonNullable<ClientDefinition['tls']>): Promise<object | undefined>
  /** Rows as a file that other programs read. */
  exportRows(form: RenderedForm, rows: AsyncIterable<LogRow>): AsyncIterable<Uint8Array>
  /** Check `--fault` specs without a proxy. */
  checkFaults(faults: readonly string[]): void
  /** Start a proxy whose conversations go into the log, each under the name of the definition. */
  startProxy(definition: ProxyDefinition, around: ProxyAround): Promise<LentProxy>
  /** Serve clients from a session log. */
  startReplay(definition: ReplayDefinition, around: ProxyAround): Promise<LentServer>
  /** Whether pages may have programs run and processes watched: that is decided on the command line. */
  readonly mayRun: boolean
  /** Run a program, or watch a process, whose conversations go into the log. It refuses where `mayRun` is false. */
  startProgram(definition: ProgramDefinition, around: ProgramAround): Promise<LentProgram>
}

/** A framing as a piece of a program. */
export interface FramingCode {
  /** What is imported of the library. */
  readonly names: readonly string[]
  /** `lines({ maxFrame: 1000 })` */
  readonly call: string
}

/** What a proxy or a replay gets from the workbench. */
export interface ProxyAround {
  readonly log: SessionLog
  /** Details for the event `open` of each of its connections. */
  readonly details: Readonly<Record<string, string | number>>
  /** It failed, or a connection could not be joined. */
  failed(message: string): void
  /** Something changed that is shown: a connection came or went. */
  changed(): void
}

/** What a program gets from the workbench. */
export interface ProgramAround extends ProxyAround {
  /** It has ended by itself: how, in one sentence. */
  ended(how: { readonly isFailure: boolean; readonly text: string }): void
}

/** A program that is watched. */
export type LentProgram = Omit<LentServer, 'act'>

/** A server of the command that runs. */
export interface LentServer {
  readonly addresses: readonly string[]
  readonly accepted: number
  readonly refused: number
  readonly bytesRead: number
  readonly bytesWritten: number
  connections(most: number): {
    readonly all: number
    readonly connections: readonly ConnectionState[]
  }
  act(connection: number, act: 'pause' | 'resume' | 'end' | 'close' | 'reset'): void
  stop(): Promise<void>
}

/** A proxy of the command that runs. */
export interface LentProxy extends LentServer {
  setFaults(faults: readonly string[]): void
}
