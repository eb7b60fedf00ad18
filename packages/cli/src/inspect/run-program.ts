import { type Inspection, launch, type LaunchedProgram, type LaunchOptions } from '@hawser/inspect'
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
  const program = await startProgram(command, { variables: inspection.variables })
  const { exitCode } = await program.ended
  await inspection.drain()
  return exitCode
}

/** @returns rejects with UsageError for a command that is none */
export async function startProgram(
  command: readonly [string, ...string[]],
  how: Pick<LaunchOptions, 'variables' | 'hasInput'>,
): Promise<LaunchedProgram> {
  try {
    return await launch({ command, isForeground, ...how })
  } catch (error) {
    const code = codeOf(error)
    const [name] = command
    if (code === 'ENOENT') {
      throw new UsageError(`there is no command ${name}`, 'write hawser inspect -- node app.js')
    }
    if (code === 'EACCES') {
      throw new UsageError(`${name} cannot be run`, 'write hawser inspect -- node app.js')
    }
    throw error
  }
}
