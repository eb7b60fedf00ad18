import { createContext, Script } from 'node:vm'

/** Milliseconds: all that runs in the process waits for it. */
const limit = 250

const script = new Script('act()')
const context: { act: () => unknown } = { act: () => undefined }
createContext(context)

/** Do what may take for ever, with an expression of the user's. @returns undefined when it takes too long */
export function callBounded<Value>(act: () => Value): Value | undefined {
  context.act = act
  try {
    return script.runInContext(context, { timeout: limit }) as Value
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined
    throw error
  } finally {
    context.act = () => undefined
  }
}
