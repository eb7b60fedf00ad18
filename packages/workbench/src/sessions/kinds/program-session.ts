import type { ProgramDefinition } from '../../protocol/definition.js'
import type { LentProgram } from '../../tools.js'
import { WorkbenchError } from '../../workbench-error.js'
import { noLimit } from '../refusals.js'
import type { ConnectionPage, Counts, Running, RunningAround, SessionStart } from '../running.js'
import { logDetails } from './log-details.js'

/** Watch a program, which the command lends. @returns rejects with what it says when it may not, or cannot */
export async function startProgram(
  definition: ProgramDefinition,
  start: SessionStart,
  around: RunningAround,
): Promise<Running> {
  const { id, tools, log } = start
  const program = await tools.startProgram(definition, {
    log,
    details: logDetails(id, definition),
    failed: (message) => around.noticed(message),
    changed: () => around.changed(),
    ended({ isFailure, text }) {
      log.event({ event: 'note', session: id, text })
      if (isFailure) around.failed(text)
      else around.ended(text)
    },
  })
  return new ProgramSession(id, program)
}

class ProgramSession implements Running {
  readonly #id: number
  readonly #program: LentProgram

  constructor(id: number, program: LentProgram) {
    this.#id = id
    this.#program = program
  }

  get counts(): Counts {
    const { addresses, accepted, refused, bytesRead, bytesWritten } = this.#program
    const { all: connections } = this.#program.connections(0)
    return {
      ...{ addresses, connections, maxConnections: Infinity },
      ...{ accepted, refused, bytesRead, bytesWritten },
    }
  }

  connections(most: number): ConnectionPage {
    const { all, connections } = this.#program.connections(most)
    return { all, connections: connections.map((state) => ({ ...state, session: this.#id })) }
  }

  send(): Promise<number> {
    return Promise.reject(watched())
  }

  act(): void {
    throw watched()
  }

  limit(): void {
    throw noLimit('a program that is watched')
  }

  setFaults(): void {
    throw watched()
  }

  stop(): Promise<void> {
    return this.#program.stop()
  }
}

function watched(): WorkbenchError {
  const text = 'a program that is watched does as it does without: put a proxy in front of it'
  return new WorkbenchError('WORKBENCH_NOT_NOW', text)
}
