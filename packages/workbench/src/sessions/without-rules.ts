import type { Definition } from '../protocol/definition.js'

/** What a line and a program cannot say of a session. */
export function withoutRules(definition: Definition): string {
  const responders = 'responders' in definition ? (definition.responders ?? []) : []
  const count = responders.filter(({ off }) => off !== true).length
  const rules = count === 0 ? [] : [count === 1 ? 'its rule' : `its ${count} rules`]
  const script = 'script' in definition && definition.script !== undefined ? ['its script'] : []
  const all = [...rules, ...script]
  return all.length === 0 ? '' : `without ${all.join(' and ')}`
}
