import type { RuleCase, Verdict } from './rule.js'

/** What the thread of the rules says. */
export type FromThread =
  | { readonly kind: 'ready'; readonly rules: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'agrees'; readonly agrees: boolean }
  | { readonly kind: 'threw'; readonly message: string }

/** What it is told: the next message to judge, or a reply to a request for TLS, with how one agrees. */
export type ToThread =
  | { readonly kind: 'judge'; readonly given: RuleCase }
  | { readonly kind: 'agrees'; readonly reply: Uint8Array; readonly agreed: RegExp }
