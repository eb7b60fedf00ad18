import { completeDefinition, type Definition } from '../protocol/definition.js'
import type { SessionState } from '../protocol/session-state.js'
import { WorkbenchError } from '../workbench-error.js'
import type { AdoptedServer } from './kinds/adopted-server.js'
import type { Counts, Running } from './running.js'

const nothing: Counts = {
  addresses: [],
  connections: 0,
  maxConnections: Infinity,
  accepted: 0,
  refused: 0,
  bytesRead: 0,
  bytesWritten: 0,
}

/** A session in the list: what it is, and what runs of it. */
export class Session {
  readonly id: number
  #definition: Definition
  state: SessionState['state'] = 'starting'
  error: string | undefined
  /** What it is from its next start on. */
  next: Definition | undefined
  /** How many messages with variables were sent. */
  sequence = 0
  /** The server that it is of, if it was made elsewhere. */
  adopted: AdoptedServer | undefined
  #running: Running | undefined
  /** How it ended by itself. */
  ended: string | undefined
  /** Aborted by what comes next: a stop, another start. */
  #turn = new AbortController()
  /** Settles when nothing of what was begun before runs any more. */
  #over: Promise<unknown> = Promise.resolve()
  /** What it had when it was stopped. */
  #last: Counts = nothing

  constructor(id: number, definition: Definition) {
    this.id = id
    this.#definition = completeDefinition(definition)
  }

  get definition(): Definition {
    return this.#definition
  }

  set definition(definition: Definition) {
    this.#definition = completeDefinition(definition)
  }

  get running(): Running | undefined {
    return this.#running
  }

  /** @throws WorkbenchError when it does not run */
  get needed(): Running {
    if (this.#running !== undefined) return this.#running
    const { kind, name } = this.definition
    const text =
      kind === 'file' ? `${name} is a file, which one looks at` : `${name} is stopped: start it`
    throw new WorkbenchError('WORKBENCH_NOT_NOW', text)
  }

  /** It is stopped, or started: what was begun before is overtaken. @returns aborted when this is as well */
  turn(state: 'stopping' | 'starting'): AbortSignal {
    this.#turn.abort()
    this.#turn = new AbortController()
    if (state === 'starting') this.state = state
    else this.#leave(state)
    return this.#turn.signal
  }

  /** Fulfils when nothing of it runs any more that was begun or ended before. */
  get over(): Promise<unknown> {
    return this.#over
  }

  /** Something of it goes on for a while: a server that closes, a client that connects. */
  busyUntil(end: Promise<unknown>): void {
    this.#over = Promise.allSettled([this.#over, end])
  }

  /** @param running nothing, of a file */
  runs(running: Running | undefined): void {
    this.#running = running
    this.state = 'running'
    this.error = undefined
  }

  /** It has ended by itself, as it should. */
  ends(how: string): void {
    this.#leave('stopped')
    this.ended = how
  }

  /** It has ended by itself, or could not begin. */
  fails(error: string): void {
    this.#leave('failed', error)
  }

  #leave(state: 'failed' | 'stopped' | 'stopping', error?: string): void {
    const running = this.#running
    if (running !== undefined) {
      this.#last = { ...running.counts, addresses: [], connections: 0 }
      this.busyUntil(running.stop())
    }
    this.#running = undefined
    this.ended = undefined
    this.state = state
    this.error = error
  }

  /** The server that was made elsewhere is closed for good. */
  async release(): Promise<void> {
    const { adopted } = this
    this.adopted = undefined
    await adopted?.close()
  }

  describe(): SessionState {
    const { id, definition, state, error, ended } = this
    const { maxConnections, ...counts } = this.#running?.counts ?? this.#last
    return {
      ...{ id, definition, state, error, ended, ...counts },
      maxConnections: maxConnections === Infinity ? null : maxConnections,
      log: definition.kind === 'file' ? id : 0,
      canSend:
        this.#running !== undefined &&
        (definition.kind === 'server' || definition.kind === 'client'),
    }
  }
}
