import type { ScriptCode } from './script-code.js'

/** Megabytes of the heap of a script; buffers are not among them. */
export const mostMemory = 128

/** What is done with a message, or after the reply before: the words are those of rules. */
export interface ScriptAct {
  readonly do: 'reply' | 'drop' | 'pass' | 'close' | 'reset'
  /** What is sent, with `reply`. */
  readonly reply: Uint8Array
  /** Milliseconds that are waited for before. */
  readonly delay: number
}

/** What a script gets to know of a connection. */
export interface ScriptConnection {
  /** Its number in the log. */
  readonly id: number
  readonly local: string
  readonly remote: string
  /** The name of the server or the client. */
  readonly session: string
}

/** To the thread of a script. */
export type ToScript =
  /** First of all: what it is. */
  | { readonly code: ScriptCode }
  | {
      readonly call: number
      readonly message: Uint8Array
      readonly connection: ScriptConnection
    }
  /** A connection that is gone. */
  | { readonly gone: number }

/** From the thread of a script. */
export type FromScript =
  /** Its process and its thread are there, and the code of the user's comes now. */
  | { readonly loading: true }
  | { readonly loaded: true }
  | { readonly failed: string }
  /** It has begun with a call. */
  | { readonly begun: number }
  | { readonly call: number; readonly acts: readonly ScriptAct[] }
  | { readonly call: number; readonly error: string }
