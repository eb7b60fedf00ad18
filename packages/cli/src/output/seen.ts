import { escapeText } from './escape.js'
import { count, plural } from './numbers.js'

/** What happens in a program that is watched from outside, as `hawser inspect` reports it. */
export type SeenEvent =
  | SeenThreadEvent
  | SeenThreadEndEvent
  | SeenOpenEvent
  | SeenTlsEvent
  | SeenCloseEvent
  | SeenSumEvent

/** The thread of a program whose connection it is. */
export interface Whose {
  /** The name of the program: `server.js`. */
  readonly program: string
  readonly pid: number
  /** Absent for the main thread. */
  readonly thread?: number
}

/** When it happened, in milliseconds since 1970: it is shown later. */
interface Timed {
  readonly seenAt?: number
}

/** A thread of a process is watched from now on. */
export interface SeenThreadEvent extends Whose, Timed {
  readonly event: 'thread'
  readonly ppid: number
  readonly node: string
  /** The words that it was started with. */
  readonly argv?: readonly string[]
}

/** It has ended. */
export interface SeenThreadEndEvent extends Whose {
  readonly event: 'thread-ended'
}

/** A connection of a program: `tried` is one that did not come about. */
export interface SeenOpenEvent extends Whose, Timed {
  readonly event: 'opened'
  readonly id: number
  readonly how: 'accepted' | 'connected' | 'met' | 'tried'
  readonly remote: string
  readonly local: string
  /** What the program asked for. */
  readonly host?: string
  /** How many are open now. */
  readonly connections: number
}

/** TLS has begun: what is shown from now on is its plain text. */
export interface SeenTlsEvent extends Timed {
  readonly event: 'secured'
  readonly id: number
  readonly tls: {
    readonly protocol: string
    readonly cipher: string
    readonly servername?: string
    readonly alpn?: string
  }
}

/** A connection of a program ended. */
export interface SeenCloseEvent extends Bytes, Timed {
  readonly event: 'closed'
  readonly id: number
  readonly by: 'local' | 'remote' | 'error'
  readonly reason: string
  /** Those of its bytes that are not shown. */
  readonly lost?: Bytes
  readonly protocol?: string
  readonly connections: number
}

/** All of it, at the end. */
export interface SeenSumEvent extends Bytes {
  readonly event: 'seen'
  readonly connections: number
  readonly threads: number
  /** Connections that are still open. */
  readonly open: number
  readonly lost: Bytes
}

/** Bytes of each direction. */
export interface Bytes {
  readonly in: number
  readonly out: number
}

/** `server.js 4711`, or `server.js 4711/2` for a thread of it. */
export function describeWhose({ program, pid, thread }: Whose): string {
  return `${escapeText(program)} ${pid}${thread === undefined ? '' : `/${thread}`}`
}

/** Where it leads, and whose it is. */
export function describeOpened(event: SeenOpenEvent): string {
  const { how, remote, local, host } = event
  // Where a server listens is known by its port.
  const at = how === 'accepted' ? ` at ${local.replace(/^[^/]*(?=:\d+$)/, '')}` : ''
  const name = host === undefined || host === remote ? '' : ` (${host})`
  return `${escapeText(`${remote}${name}${at}`)}, ${describeWhose(event)}`
}

/** Why a connection ended, and what went through it. */
export function describeSeenClose(event: SeenCloseEvent): string {
  const { by, reason, lost, protocol } = event
  const who = by === 'local' ? 'by the program' : by === 'remote' ? 'by the peer' : ''
  const how =
    reason === 'gone'
      ? 'with its process'
      : reason === 'ended'
        ? who
        : `${escapeText(reason)} ${who}`.trimEnd()
  const said = protocol === undefined ? '' : `${protocol}, `
  const missed = lost === undefined ? '' : `; ${describeLost(lost)}`
  return `${said}${how}, ${describeBytes(event)}${missed}`
}

/** What there was in all. */
export function describeSum(event: SeenSumEvent): string {
  const { connections, threads, open, lost } = event
  const still = open === 0 ? '' : `, ${count(open)} of them still open`
  const missed = lost.in + lost.out === 0 ? '' : `; ${describeLost(lost)}`
  return `${plural(connections, 'connection')} of ${plural(threads, 'thread')}${still}, ${describeBytes(event)}${missed}`
}

/** What came faster than it was taken. */
export function describeLost(lost: Bytes): string {
  return `${describeBytes(lost)} of it not seen`
}

function describeBytes(bytes: Bytes): string {
  return `${count(bytes.in)} B in, ${count(bytes.out)} B out`
}
