import { isUtf8 } from 'node:buffer'
import type { Rule, RuleCase, RuleMessage, Verdict } from './rule.js'

/** A message with its text, and how that becomes bytes again. */
interface Read extends RuleMessage {
  readonly encoding: 'utf8' | 'latin1'
}

/**
 * What the first rule says that matches.
 *
 * @returns rejects with what a function of the rule throws
 */
export async function judge(rules: readonly Rule[], given: RuleCase): Promise<Verdict> {
  const message = read(given)
  for (const [index, rule] of rules.entries()) {
    if (rule.way !== undefined && rule.way !== message.way) continue
    if (await matches(rule, message)) return decide(rule, rule.name ?? `rule ${index + 1}`, message)
  }
  return { action: 'pass' }
}

function read(given: RuleCase): Read {
  const encoding = isUtf8(given.bytes) ? 'utf8' : 'latin1'
  return { ...given, encoding, text: view(given.bytes).toString(encoding) }
}

async function matches({ match }: Rule, message: Read): Promise<boolean> {
  if (match === undefined) return true
  if (typeof match === 'function') return Boolean(await match(message))
  if (match instanceof RegExp) return message.text.search(match) !== -1
  const wanted = typeof match === 'string' ? match : view(match)
  return view(message.bytes).includes(wanted)
}

async function decide(rule: Rule, name: string, message: Read): Promise<Verdict> {
  if (rule.replace !== undefined) {
    return { action: 'replace', rule: name, bytes: await replace(rule, message) }
  }
  if (rule.reply !== undefined) {
    const { reply } = rule
    const said = typeof reply === 'function' ? await reply(message) : reply
    return { action: 'reply', rule: name, bytes: toBytes(said, message, 'reply') }
  }
  if (rule.delay !== undefined) return { action: 'delay', rule: name, milliseconds: rule.delay }
  if (rule.starttls !== undefined) {
    if (message.way !== 'up') throw new TypeError('starttls is for what a client asks: add way')
    const agreed = rule.starttls === true ? undefined : rule.starttls
    return { action: 'starttls', rule: name, agreed }
  }
  return { action: rule.drop ? 'drop' : rule.hold ? 'hold' : 'reset', rule: name }
}

async function replace({ match, replace: by }: Rule, message: Read): Promise<Uint8Array> {
  if (typeof by === 'function') return toBytes(await by(message), message, 'replace')
  const isPart = typeof match === 'string' || match instanceof RegExp
  if (typeof by !== 'string' || !isPart) return toBytes(by, message, 'replace')
  return toBytes(message.text.replace(match, by), message, 'replace')
}

function toBytes(value: unknown, { encoding }: Read, action: string): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value, encoding)
  if (value instanceof Uint8Array) return value
  throw new TypeError(
    `${action} made ${value === null ? 'null' : typeof value}, and takes text or bytes`,
  )
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
