import type { SeenEvent } from './seen.js'

/** What happens at a server, as `hawser serve` reports it. */
export type ServerEvent =
  | SeenEvent
  | ListeningEvent
  | ConnectedEvent
  | MessageEvent
  | ClosedEvent
  | ProxyClosedEvent
  | FaultEvent
  | ApiEvent
  | RuleEvent
  | TlsEvent
  | RefusedEvent
  | ErrorEvent
  | NoteEvent
  | NoticeEvent
  | DroppedEvent
  | DrainingEvent
  | StoppedEvent
  | WorkerEvent

/** The server accepts connections. */
export interface ListeningEvent {
  readonly event: 'listening'
  readonly endpoints: readonly string[]
  readonly framing: string
  readonly mode: string
  /** Commands that reach it. */
  readonly try: readonly string[]
  /** How many processes serve, if not one alone. */
  readonly workers?: number
  /** Where metrics are served, if anywhere. */
  readonly metrics?: string
  /** A link to the page that shows it, if there is one. */
  readonly page?: string
  /** Where a proxy leads to. */
  readonly target?: string
  /** Its name, where there may be several. */
  readonly proxy?: string
  /** What a proxy does to the connections through it, as `--fault` takes it. */
  readonly faults?: readonly string[]
  /** What the chance in those comes from. */
  readonly seed?: number
}

/** A client connected. */
export interface ConnectedEvent {
  readonly event: 'connected'
  readonly id: number
  readonly remote: string
  readonly local: string
  /** How many are connected now. */
  readonly connections: number
  /** The proxy it came through, where that one said so. */
  readonly via?: string
  /** What was agreed on, where it is TLS. */
  readonly tls?: TlsSummary
  /** The proxy, where there may be several. */
  readonly proxy?: string
  /** Whom a proxy joined it with. */
  readonly target?: string
  /** What was agreed on with the target, where that is TLS. */
  readonly targetTls?: TlsSummary
}

/** What the two sides of a TLS connection agreed on. */
export interface TlsSummary {
  readonly protocol: string
  readonly cipher: string
  /** The name the client asked for. */
  readonly servername?: string
  readonly alpn?: string
  readonly resumed?: true
  /** Whose certificate the peer showed. */
  readonly peer?: string
  /** Why the peer's certificate is not to be trusted. */
  readonly unauthorized?: string
}

/** A message came in or went out. */
export interface MessageEvent {
  readonly event: 'message'
  /** The client's number; absent for one that went to several. */
  readonly id?: number
  /** How many clients it went to; absent for a single one. */
  readonly recipients?: number
  /** How many clients it should have gone to and did not, because their outbox is full. */
  readonly missed?: number
  /** Through a proxy: from the client to the target is `up`. */
  readonly direction: 'in' | 'out' | 'up' | 'down'
  readonly bytes: Uint8Array
  /** What its connection seems to speak: of the first message by which that is known. */
  readonly protocol?: string
  /** When it passed, in milliseconds since 1970, where it is shown later. */
  readonly seenAt?: number
  /** What is to be known of it, as in a log: `changed`. */
  readonly marks?: readonly string[]
}

/** A connection ended. */
export interface ClosedEvent {
  readonly event: 'closed'
  readonly id: number
  readonly by: string
  readonly reason: string
  readonly phase: string
  readonly bytesRead: number
  readonly bytesWritten: number
  readonly unsent: number
  /** Bytes that came in and belonged to no message, if there were any. */
  readonly skipped?: number
  readonly connections: number
  /** What the error said, if one ended it. */
  readonly error?: string
}

/** A connection through a proxy ended. */
export interface ProxyClosedEvent {
  readonly event: 'closed'
  readonly id: number
  /** Who ended it first. */
  readonly by: 'client' | 'target' | 'local'
  readonly reason: string
  /** Bytes that came from the client. */
  readonly up: number
  /** Bytes that went to the client. */
  readonly down: number
  readonly connections: number
  /** What the error said, if one ended it. */
  readonly error?: string
}

/** A fault meets a connection through a proxy, or did something to it. */
export interface FaultEvent {
  readonly event: 'fault'
  readonly id: number
  /** Its name. */
  readonly name: string
  /** As `--fault` takes it. */
  readonly fault: string
  /** What it did just now. */
  readonly what?: string
}

/** A rule of the user's was applied to a message that went through a proxy. */
export interface RuleEvent {
  readonly event: 'rule'
  readonly id: number
  readonly direction: 'up' | 'down'
  /** Its name, or its place: `rule 2`. */
  readonly rule: string
  readonly what: string
}

/** TLS has begun on both sides of a connection that was plain text until then. */
export interface TlsEvent {
  readonly event: 'tls'
  readonly id: number
  readonly tls?: TlsSummary
  readonly targetTls?: TlsSummary
}

/** The REST API of a proxy is served. */
export interface ApiEvent {
  readonly event: 'api'
  readonly url: string
}

/** A client was turned away. */
export interface RefusedEvent {
  readonly event: 'refused'
  readonly remote: string
  readonly reason: string
  readonly connections: number
  readonly limit: number
  /** What was wrong with how it began. */
  readonly error?: string
}

/** Something went wrong that ended no connection. */
export interface ErrorEvent {
  readonly event: 'error'
  readonly id?: number
  readonly code: string
  readonly message: string
}

/** Something that happened to a connection, in words. */
export interface NoteEvent {
  readonly event: 'note'
  readonly id: number
  /** A word for it. */
  readonly what: string
  readonly text: string
}

/** A word to whoever types. */
export interface NoticeEvent {
  readonly event: 'notice'
  readonly text: string
}

/** Whoever reads the output was too slow for some of it. */
export interface DroppedEvent {
  readonly event: 'dropped'
  readonly events: number
}

/** The server stopped accepting and waits for its clients. */
export interface DrainingEvent {
  readonly event: 'draining'
  /** How many it waits for, where that is known. */
  readonly connections: number | undefined
  readonly limit: number
}

/** The server has ended. */
export interface StoppedEvent {
  readonly event: 'stopped'
  readonly drained: number
  readonly forced: number
  /** Workers that did not end in time. */
  readonly killed?: number
}

/** A worker process began to listen, or ended. */
export interface WorkerEvent {
  readonly event: 'worker'
  /** Its number, which no other ever has. */
  readonly worker: number
  /** Its place, from 1, which goes to the one that is started instead. */
  readonly slot: number
  readonly pid: number | undefined
  readonly state: 'listening' | 'ended' | 'crashed'
  /** Its exit code, or the signal that ended it. */
  readonly code?: number | string | null
  /** What it said went wrong. */
  readonly message?: string
  /** Milliseconds until another is started in its place. */
  readonly restartIn?: number
}

/** Turns an event into what is written, line feeds included. */
export type Renderer = (event: ServerEvent, time: Date) => string
