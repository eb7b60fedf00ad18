import type { Definition } from '../protocol/definition.js'
import type { Tools } from '../tools.js'
import { WorkbenchError } from '../workbench-error.js'

/**
 * What a page asks for is no program, or one that may be run.
 *
 * @throws WorkbenchError where pages may run none, for a process that no person has agreed to send a signal to, and for a
 *   definition that names not exactly one program
 */
export function assertMayRun(definition: Definition, { mayRun }: Pick<Tools, 'mayRun'>): void {
  if (definition.kind !== 'program') return
  const { name, command, folder, pid, yes } = definition
  if (!mayRun) {
    throw refuse(
      `${name} is a program, and pages may not run or watch programs here: start it with hawser workbench --allow-run`,
    )
  }
  if ((command === undefined) === (pid === undefined)) {
    throw invalid('a program is a command, or the number of a process: write one of them')
  }
  if (pid === undefined) return
  if (folder !== undefined) throw invalid(`process ${pid} runs already: leave the folder out`)
  if (yes !== true) {
    throw refuse(`process ${pid} would be sent SIGUSR1: read the warning, and agree to it first`)
  }
}

function refuse(text: string): WorkbenchError {
  return new WorkbenchError('WORKBENCH_NOT_ALLOWED', text)
}

function invalid(text: string): WorkbenchError {
  return new WorkbenchError('WORKBENCH_INVALID', text)
}
