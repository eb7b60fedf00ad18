import type { Definition } from '../protocol/definition.js'
import type { Tools } from '../tools.js'
import { toCode } from './code/to-code.js'

/** A session as a line of a shell, or as a program. What that cannot say of it is said behind it. */
export function copyDefinition(
  definition: Definition,
  as: 'command' | 'code',
  tools: Tools,
): string {
  const script = 'script' in definition && definition.script !== undefined ? ['its script'] : []
  if (as === 'command') {
    const without = [...connectionsOf(definition), ...rulesOf(definition), ...script]
    return tools.toLine(definition) + say('# ', without)
  }
  return toCode(definition, tools) + say('// ', [...faultsOf(definition), ...script])
}

/** The command makes one. */
function connectionsOf(definition: Definition): string[] {
  const { connections = 1 } = definition.kind === 'client' ? definition : {}
  return connections === 1 ? [] : [`${connections - 1} more of its connections`]
}

/** The command has them, and the library none. */
function faultsOf(definition: Definition): string[] {
  const { faults = [] } = definition.kind === 'proxy' ? definition : {}
  if (faults.length === 0) return []
  return [`its fault${faults.length === 1 ? '' : 's'} (${faults.map(tame).join(', ')})`]
}

/** A fault is written by hand, and must not end the comment that it stands in. */
function tame(fault: string): string {
  return fault.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
}

function rulesOf(definition: Definition): string[] {
  const responders = 'responders' in definition ? (definition.responders ?? []) : []
  const count = responders.filter(({ off }) => off !== true).length
  if (count === 0) return []
  return [count === 1 ? 'its rule' : `its ${count} rules`]
}

function say(mark: '# ' | '// ', without: readonly string[]): string {
  if (without.length === 0) return ''
  const text = `${mark}without ${without.join(' and ')}`
  return mark === '# ' ? ` ${text}` : `${text}\n`
}
