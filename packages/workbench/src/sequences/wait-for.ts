import { WorkbenchError } from '../workbench-error.js'
import type { Clock } from './clock.js'
import { type Inbox, mostHeard } from './inbox.js'
import type { RunTarget } from './run-target.js'
import { noneOpen, orAborted } from './send.js'
import type { PlayedStep } from './steps.js'
import { whenClosed } from './when-closed.js'

type WaitStep = Extract<PlayedStep, { readonly do: 'wait' }>

interface Around {
  readonly target: RunTarget
  readonly inbox: Inbox
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Wait until each connection has said what is wanted, since the sequence began or since it was waited for last.
 *
 * @returns rejects with WorkbenchError when one does not, is closed, or none is open
 */
export async function waitFor(
  step: WaitStep,
  { target, inbox, clock, signal }: Around,
): Promise<void> {
  const connections = target.connections()
  if (connections.length === 0) throw noneOpen()
  if (connections.length > mostHeard) throw tooMany(connections.length)
  const missing = new Set(connections.map(({ number }) => number))
  const over = new AbortController()
  let unwatch: readonly (() => void)[] = []
  const said = new Promise<void>((resolve, reject) => {
    const look = (): void => {
      try {
        for (const number of missing) {
          if (inbox.pass(number, step.find)) missing.delete(number)
        }
        if (missing.size === 0) resolve()
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    }
    inbox.onHeard(look)
    unwatch = connections.map(({ number, closed }) =>
      whenClosed(closed, () => {
        if (missing.has(number)) reject(wasClosed(number, step))
      }),
    )
    look()
  })
  const late = clock.pause(step.within, over.signal).then(() => {
    throw wasSilent([...missing], step)
  })
  try {
    await orAborted(Promise.race([said, late]), signal)
  } finally {
    inbox.onHeard(() => undefined)
    for (const end of unwatch) end()
    over.abort()
  }
}

function tooMany(count: number): WorkbenchError {
  const text = `${count} connections are open, and at most ${mostHeard} are waited for: choose some of them`
  return new WorkbenchError('WORKBENCH_NOT_NOW', text)
}

function wasClosed(number: number, { wanted }: WaitStep): WorkbenchError {
  const text = `connection ${number} was closed before it said ${wanted}`
  return new WorkbenchError('WORKBENCH_FAILED', text)
}

function wasSilent(silent: readonly number[], { wanted, within }: WaitStep): WorkbenchError {
  const [first = 0] = silent
  const others = silent.length > 1 ? ` and ${silent.length - 1} more` : ''
  const text = `connection ${first}${others} did not say ${wanted} within ${within} ms`
  return new WorkbenchError('WORKBENCH_FAILED', text)
}
