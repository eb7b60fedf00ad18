import { type Inspection, launch } from '@hawser/inspect'
import { codeOf, UsageError } from '../failure.js'
import { isForeground } from '../input/job-control.js'

/**
 * Run a program that reports to an inspection, to its end.
 *
 * @returns its exit code; rejects with UsageError for a command that is none
 */
export async function runProgram(
  command: readonly [string, ...string[]],
  inspection: Inspection,
): Promise<number> {
  const { variables } = inspection
  const program = await refusing(command, () => launch({ command, isForeground, variables }))
  const { exitCode } = await program.ended
  await inspection.drain()
  return exitCode
}

/** @returns what is started; rejects with UsageError for a command that is none */
export async function refusing<Started>(
  [name]: readonly [string, ...string[]],
  start: () => Promise<Started>,
): Promise<Started> {
  if (name === '')
    throw new UsageError('the command is empty', 'write hawser inspect -- node app.js')
  try {
    return await start()
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') {
      throw new UsageError(`there is no command ${name}`, 'write hawser inspect -- node app.js')
    }
    if (code === 'EACCES') {
      throw new UsageError(`${name} cannot be run`, 'write hawser inspect -- node app.js')
    }
    throw error
  }
}
