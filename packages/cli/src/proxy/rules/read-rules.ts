import { nearest } from '../../arguments/nearest.js'
import { actions, type Rule } from './rule.js'

const members: Readonly<Record<keyof Rule, (value: unknown) => boolean>> = {
  name: (value) => typeof value === 'string',
  way: (value) => value === 'up' || value === 'down',
  match: (value) => isBytes(value) || value instanceof RegExp || typeof value === 'function',
  replace: (value) => isBytes(value) || typeof value === 'function',
  drop: (value) => value === true,
  delay: (value) => typeof value === 'number' && value >= 0 && value < Infinity,
  hold: (value) => value === true,
  reply: (value) => isBytes(value) || typeof value === 'function',
  starttls: (value) => value === true || value instanceof RegExp,
  reset: (value) => value === true,
}

const expected: Readonly<Record<keyof Rule, string>> = {
  name: 'a text',
  way: "'up' or 'down'",
  match: 'a text, bytes, an expression or a function',
  replace: 'a text, bytes or a function',
  drop: 'true',
  delay: 'milliseconds',
  hold: 'true',
  reply: 'a text, bytes or a function',
  starttls: 'true, or an expression',
  reset: 'true',
}

/**
 * The rules that a module exports.
 *
 * @throws TypeError that says which rule is wrong, and how
 */
export function readRules(exports: object): readonly Rule[] {
  const value = 'default' in exports ? exports.default : undefined
  if (!Array.isArray(value)) throw new TypeError('the default export is no array of rules')
  for (const [index, rule] of value.entries()) assertRule(rule, `rule ${index + 1}`)
  return value as readonly Rule[]
}

function assertRule(rule: unknown, what: string): void {
  if (typeof rule !== 'object' || rule === null) throw new TypeError(`${what} is no object`)
  for (const [name, value] of Object.entries(rule)) {
    const isRight = Object.hasOwn(members, name) ? members[name as keyof Rule] : undefined
    if (isRight === undefined) throw new TypeError(`${what}: unknown option ${name}; ${hint(name)}`)
    if (value === undefined || isRight(value)) continue
    throw new TypeError(`${what}: ${name} takes ${expected[name as keyof Rule]}`)
  }
  const given = actions.filter((action) => (rule as Rule)[action] !== undefined)
  if (given.length === 1) return
  const how = given.length === 0 ? 'does nothing' : `does several things (${given.join(', ')})`
  throw new TypeError(`${what} ${how}: give it one of ${actions.join(', ')}`)
}

function hint(name: string): string {
  const meant = nearest(name, Object.keys(members))
  const all = Object.keys(members).join(', ')
  return meant === undefined ? `it takes ${all}` : `did you mean ${meant}?`
}

function isBytes(value: unknown): boolean {
  return typeof value === 'string' || value instanceof Uint8Array
}
