import type { RuleCase, Verdict } from './rule.js'

/** What the thread of the rules says. */
export type FromThread =
  | { readonly kind: 'ready'; readonly rules: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'threw'; readonly message: string }

/** What it is told: the next message to judge. */
export type ToThread = RuleCase
