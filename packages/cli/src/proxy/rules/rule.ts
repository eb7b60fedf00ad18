import type { Way } from '../faults/fault.js'

/** What a rule's functions get: one message, or without `--framing` what was read at once. */
export interface RuleMessage {
  readonly bytes: Uint8Array
  /** As UTF-8 where it is that, and otherwise a character a byte. */
  readonly text: string
  readonly way: Way
  /** The number of the connection. */
  readonly connection: number
  /** Which message of its direction it is, from 1. */
  readonly number: number
}

/** What a rule sends: text, or bytes. */
export type RuleBytes = string | Uint8Array

/** A rule of the user's: what it matches, and what becomes of that. */
export interface Rule {
  /** Shown when it matches; otherwise its place is. */
  readonly name?: string
  /** Default both. */
  readonly way?: Way
  /** What is in the message, or whether it is meant. Default: every message. */
  readonly match?: RuleBytes | RegExp | ((message: RuleMessage) => unknown)
  /** In place of what a text or an expression matched, and otherwise of the whole message. */
  readonly replace?: RuleBytes | ((message: RuleMessage) => unknown)
  /** It is lost. */
  readonly drop?: true
  /** It, and what is behind it, waits for so many milliseconds. */
  readonly delay?: number
  /** It, and what is behind it, waits until the rules are changed. */
  readonly hold?: true
  /** It is not passed on, and this is sent back. */
  readonly reply?: RuleBytes | ((message: RuleMessage) => unknown)
  /**
   * Of the client's request for TLS: it is passed on, and when the target agrees, TLS begins on both sides.
   * An expression says how it agrees; with `true`, whatever it replies.
   */
  readonly starttls?: true | RegExp
  /** The connection is reset. */
  readonly reset?: true
}

/** The actions a rule may have; it has one of them. */
export const actions = ['replace', 'drop', 'delay', 'hold', 'reply', 'starttls', 'reset'] as const

/** What is to be done with a message. */
export type Verdict =
  | { readonly action: 'pass' }
  | { readonly action: 'drop' | 'hold' | 'reset'; readonly rule: string }
  | { readonly action: 'delay'; readonly rule: string; readonly milliseconds: number }
  | { readonly action: 'starttls'; readonly rule: string; readonly agreed: RegExp | undefined }
  | { readonly action: 'replace' | 'reply'; readonly rule: string; readonly bytes: Uint8Array }

/** A message to be judged. */
export type RuleCase = Omit<RuleMessage, 'text'>
