import type { Definition } from '../protocol/definition.js'
import type { Tools } from '../tools.js'
import { toCode } from './code.js'
import { withoutRules } from './without-rules.js'

/** A session as a line of a shell, or as a program. What neither can say of it is said beside it. */
export function copyDefinition(
  definition: Definition,
  as: 'command' | 'code',
  tools: Tools,
): string {
  const without = withoutRules(definition)
  if (as === 'command') return tools.toLine(definition) + (without && ` # ${without}`)
  return toCode(definition, tools) + (without && `// ${without}\n`)
}
