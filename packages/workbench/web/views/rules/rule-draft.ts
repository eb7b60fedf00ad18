import type { Responder } from '../../../src/protocol/responder.js'
import { parseEscapes, toEscapes } from '../../bytes/escapes.js'
import { parseHex, toHex } from '../../bytes/hex.js'

/** Any message is one of any length. */
export type MatchKind = Responder['match']['as'] | 'any'
export type Act = Responder['do']

/** A rule as it is typed. */
export interface RuleDraft {
  readonly name: string
  readonly isOn: boolean
  readonly as: MatchKind
  /** What a message has: text with escapes, hex, an expression, or lengths such as `5-9`. */
  readonly wanted: string
  readonly delay: string
  readonly act: Act
  /** Text with escapes. */
  readonly reply: string
}

export function newRule(name: string): RuleDraft {
  return { name, isOn: true, as: 'text', wanted: '', delay: '', act: 'reply', reply: '' }
}

export function toResponder(draft: RuleDraft): Responder {
  const common = {
    name: draft.name,
    match: matchOf(draft),
    ...(draft.delay.trim() === '' ? {} : { delay: Number(draft.delay) }),
    ...(draft.isOn ? {} : { off: true }),
  }
  const { act, reply } = draft
  return act === 'reply' ? { ...common, do: act, reply: bytesAs(reply) } : { ...common, do: act }
}

export function fromResponder(responder: Responder): RuleDraft {
  const { name, off = false, match, delay } = responder
  return {
    ...{ name, isOn: !off, as: kindOf(match), wanted: showMatch(match), act: responder.do },
    delay: delay === undefined ? '' : String(delay),
    reply: responder.do === 'reply' ? showReply(responder.reply) : '',
  }
}

function matchOf({ as, wanted }: RuleDraft): Responder['match'] {
  switch (as) {
    case 'text':
      return bytesAs(wanted)
    case 'hex':
      return { as, hex: wanted }
    case 'regex':
      return { as, regex: wanted }
    case 'length':
      return { as, ...lengths(wanted) }
    case 'any':
      return { as: 'length' }
  }
}

function kindOf(match: Responder['match']): MatchKind {
  const isAny = match.as === 'length' && match.from === undefined && match.to === undefined
  return isAny ? 'any' : match.as
}

/** `5`, `5-9`, `5-`, `-9`; nothing is any. */
function lengths(text: string): { from?: number; to?: number } {
  const [from = '', to = from] = text.split('-').map((part) => part.trim())
  return {
    ...(from === '' ? {} : { from: Number(from) }),
    ...(to === '' ? {} : { to: Number(to) }),
  }
}

/** What is UTF-8 is kept as text, which a person can read in a file. */
function bytesAs(
  escaped: string,
): { readonly as: 'text'; readonly text: string } | { readonly as: 'hex'; readonly hex: string } {
  const bytes = parseEscapes(escaped)
  try {
    return {
      as: 'text',
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    }
  } catch {
    return { as: 'hex', hex: toHex(bytes) }
  }
}

function showMatch(match: Responder['match']): string {
  switch (match.as) {
    case 'text':
      return showText(match.text)
    case 'hex':
      return match.hex
    case 'regex':
      return match.regex
    case 'length': {
      const { from, to } = match
      if (from === undefined && to === undefined) return ''
      return from === to ? String(from) : `${from ?? ''}-${to ?? ''}`
    }
  }
}

function showReply(reply: Extract<Responder, { do: 'reply' }>['reply']): string {
  return reply.as === 'text'
    ? showText(reply.text)
    : toEscapes(parseHex(reply.hex) ?? new Uint8Array())
}

function showText(text: string): string {
  return toEscapes(new TextEncoder().encode(text))
}
