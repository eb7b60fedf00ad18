import { patternBytes } from '../../pattern-bytes.js'
import type { Responder } from '../../protocol/responder.js'
import type { FramingCode } from '../../tools.js'

/** Rules as pieces of a program. */
export interface RuleCode {
  /** What has to be imported for them. */
  readonly imports: readonly string[]
  /** A function `obey(connection, message)`, which says whether a rule did something; none where there is no rule. */
  readonly lines: readonly string[]
}

/** What the messages of a framing are. */
type Form = 'bytes' | 'text' | 'values'

/** Rules that are on, in their order. */
export function ruleCode(responders: readonly Responder[] = [], framing: FramingCode): RuleCode {
  const rules = responders.filter(({ off }) => off !== true)
  if (rules.length === 0) return { imports: [], lines: [] }
  const form = formOf(framing)
  return {
    imports: rules.some(({ delay = 0 }) => delay > 0)
      ? ["import { setTimeout } from 'node:timers/promises'"]
      : [],
    lines: [
      `/** The first rule that fits a message. @returns whether it did something with it */`,
      `async function obey(connection, message) {`,
      `  const bytes = Buffer.from(${form === 'values' ? 'JSON.stringify(message)' : 'message'})`,
      ...rules.flatMap((rule) => oneRule(rule, form)),
      `  return false`,
      `}`,
      '',
    ],
  }
}

function oneRule(rule: Responder, form: Form): string[] {
  const { name, match, delay = 0 } = rule
  return [
    `  // ${name.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')}`,
    `  if (${condition(match)}) {`,
    ...(delay > 0 ? [`    await setTimeout(${delay})`] : []),
    ...act(rule, form).map((line) => `    ${line}`),
    `  }`,
  ]
}

function condition(match: Responder['match']): string {
  switch (match.as) {
    case 'text':
      return `bytes.includes(${JSON.stringify(match.text)})`
    case 'hex':
      return `bytes.includes(${hexCode(match)})`
    case 'regex':
      return `new RegExp(${JSON.stringify(match.regex)}, 's').test(bytes.toString('latin1'))`
    case 'length': {
      const { from = 0, to } = match
      const most = to === undefined ? '' : ` && bytes.length <= ${to}`
      return `bytes.length >= ${from}${most}`
    }
  }
}

function act(rule: Responder, form: Form): string[] {
  switch (rule.do) {
    case 'reply': {
      return [`await connection.send(${replyCode(rule.reply, form)})`, 'return true']
    }
    case 'drop':
      return ['return true']
    case 'close':
      return ['void connection.close()', 'return true']
    case 'reset':
      return ['connection.reset()', 'return true']
    case 'pass':
      return ['return false']
  }
}

function replyCode(reply: Extract<Responder, { do: 'reply' }>['reply'], form: Form): string {
  const said = reply.as === 'text' ? JSON.stringify(reply.text) : hexCode(reply)
  if (form === 'values') return `JSON.parse(${said})`
  return form === 'text' && reply.as === 'hex' ? `${said}.toString()` : said
}

function formOf({ names }: FramingCode): Form {
  if (names.some((name) => name.startsWith('json'))) return 'values'
  return names.includes('lines') ? 'text' : 'bytes'
}

function hexCode(pattern: { readonly as: 'hex'; readonly hex: string }): string {
  const digits = pattern.hex.trim() === '' ? '' : patternBytes(pattern).toString('hex')
  return `Buffer.from('${digits}', 'hex')`
}
