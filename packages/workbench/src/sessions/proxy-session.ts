import type { SessionLog } from 'hawser/log'
import type { ProxyDefinition } from '../protocol/definition.js'
import type { LentProxy } from '../tools.js'
import { WorkbenchError } from '../workbench-error.js'
import { logDetails } from './log-details.js'
import { noLimit } from './refusals.js'
import type { ConnectionPage, Counts, Running, RunningAround, SessionStart } from './running.js'
import type { ConnectionAct } from './sessions.js'

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
  return new ProxySession(id, log, proxy, around)
}

class ProxySession implements Running {
  readonly #id: number
  readonly #log: SessionLog
  readonly #proxy: LentProxy
  readonly #around: RunningAround

  constructor(id: number, log: SessionLog, proxy: LentProxy, around: RunningAround) {
    this.#id = id
    this.#log = log
    this.#proxy = proxy
    this.#around = around
  }

  get counts(): Counts {
    const { addresses, accepted, refused, bytesRead, bytesWritten } = this.#proxy
    const { all } = this.#proxy.connections(0)
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
    const { all, connections } = this.#proxy.connections(most)
    return { all, connections: connections.map((state) => ({ ...state, session: this.#id })) }
  }

  send(): Promise<number> {
    const text = 'a proxy says nothing by itself: speak as a client, or as the server behind it'
    return Promise.reject(new WorkbenchError('WORKBENCH_NOT_NOW', text))
  }

  act(connection: number, act: ConnectionAct): void {
    this.#proxy.act(connection, act)
  }

  limit(): void {
    throw noLimit('a proxy')
  }

  setFaults(faults: readonly string[]): void {
    this.#proxy.setFaults(faults)
    this.#log.event({ event: 'faults', session: this.#id, faults })
    this.#around.changed()
  }

  stop(): Promise<void> {
    return this.#proxy.stop()
  }
}
