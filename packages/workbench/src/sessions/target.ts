import type { RunTarget } from '../sequences/run-target.js'
import { WorkbenchError } from '../workbench-error.js'
import type { Session } from './session.js'

/**
 * Connections of a session, as long as it is not started again.
 *
 * @throws WorkbenchError for one that is stopped, and for a proxy
 */
export function createTarget(
  session: Session,
  to: readonly number[] | undefined,
  send: RunTarget['send'],
): RunTarget {
  const running = session.needed
  const { definition } = session
  const isSpoken = definition.kind === 'server' || definition.kind === 'client'
  if (running.targets === undefined || running.hear === undefined || !isSpoken) {
    const text = `a ${definition.kind} says nothing by itself: choose a server or a client`
    throw new WorkbenchError('WORKBENCH_NOT_NOW', text)
  }
  const { framing = 'raw' } = definition
  const connections: RunTarget['connections'] = () =>
    session.running === running ? (running.targets?.(to) ?? []) : []
  return {
    isRaw: framing === 'raw',
    connections,
    isOpen: () =>
      to === undefined
        ? session.running === running && running.counts.connections > 0
        : connections().length > 0,
    send: (bytes, variables) =>
      session.running === running ? send(bytes, variables) : Promise.resolve(0),
    hear: (listener) => running.hear?.(listener) ?? (() => undefined),
  }
}
