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
    return tools.toLine(definition) + say('# ', [...rulesOf(definition), ...script])
  }
  return toCode(definition, tools) + say('// ', script)
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
