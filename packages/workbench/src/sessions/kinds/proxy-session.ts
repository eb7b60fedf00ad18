import type { ProxyDefinition, ReplayDefinition } from '../../protocol/definition.js'
import type { LentServer } from '../../tools.js'
import { WorkbenchError } from '../../workbench-error.js'
import { logDetails } from './log-details.js'
import { noFaults, noLimit } from '../refusals.js'
import type { ConnectionPage, Counts, Running, RunningAround, SessionStart } from '../running.js'
import type { ConnectionAct } from '../sessions.js'

/** Start a proxy, which the command lends. @returns rejects with what it says when it cannot listen */
export async function startProxy(
  definition: ProxyDefinition,
  start: SessionStart,
  around: RunningAround,
): Promise<Running> {
  const { id, tools, log } = start
  const proxy = await tools.startProxy(definition, {
    log,
    details: logDetails(id, definition),
    failed: (message) => around.noticed(message),
    changed: () => around.changed(),
  })
  log.event({
    event: 'listening',
    session: id,
    addresses: proxy.addresses,
    target: definition.target,
  })
  return new LentSession(id, proxy, 'a proxy', (faults) => {
    proxy.setFaults(faults)
    log.event({ event: 'faults', session: id, faults })
    around.changed()
  })
}

/** Serve clients from a session log, which the command does. @returns rejects with what it says when it cannot */
export async function startReplay(
  definition: ReplayDefinition,
  start: SessionStart,
  around: RunningAround,
): Promise<Running> {
  const { id, tools, log } = start
  const server = await tools.startReplay(definition, {
    log,
    details: logDetails(id, definition),
    failed: (message) => around.noticed(message),
    changed: () => around.changed(),
  })
  log.event({ event: 'listening', session: id, addresses: server.addresses })
  return new LentSession(id, server, 'a replay')
}

/** A server of the command, as a session. */
class LentSession implements Running {
  readonly #id: number
  readonly #server: LentServer
  readonly #what: string
  readonly #setFaults: ((faults: readonly string[]) => void) | undefined

  constructor(
    id: number,
    server: LentServer,
    what: string,
    setFaults?: (faults: readonly string[]) => void,
  ) {
    this.#id = id
    this.#server = server
    this.#what = what
    this.#setFaults = setFaults
  }

  get counts(): Counts {
    const { addresses, accepted, refused, bytesRead, bytesWritten } = this.#server
    const { all } = this.#server.connections(0)
    return {
      addresses,
      connections: all,
      maxConnections: Infinity,
      accepted,
      refused,
      bytesRead,
      bytesWritten,
    }
  }

  connections(most: number): ConnectionPage {
    const { all, connections } = this.#server.connections(most)
    return { all, connections: connections.map((state) => ({ ...state, session: this.#id })) }
  }

  send(): Promise<number> {
    const text = `${this.#what} says nothing by itself: start a client or a server to speak`
    return Promise.reject(new WorkbenchError('WORKBENCH_NOT_NOW', text))
  }

  act(connection: number, act: ConnectionAct): void {
    this.#server.act(connection, act)
  }

  limit(): void {
    throw noLimit(this.#what)
  }

  setFaults(faults: readonly string[]): void {
    if (this.#setFaults === undefined) throw noFaults(this.#what)
    this.#setFaults(faults)
  }

  stop(): Promise<void> {
    return this.#server.stop()
  }
}
