import type { SessionLog } from 'hawser/log'
import type { Definition } from '../protocol/definition.js'
import type { Responder } from '../protocol/responder.js'
import type { SessionState } from '../protocol/session-state.js'
import { RuleSet } from '../responders/rule-set.js'
import type { RunTarget } from '../sequences/run-target.js'
import type { Tools } from '../tools.js'
import { expandVariables } from '../variables/expand.js'
import { WorkbenchError } from '../workbench-error.js'
import { AdoptedServer } from './kinds/adopted-server.js'
import { noScripts, type OpenScript } from './kinds/begin.js'
import { Changes } from './changes.js'
import { copyDefinition } from './copy.js'
import { assertFits } from './definition-size.js'
import { findFile } from './open-file.js'
import { createTarget } from './target.js'
import { changedMeanwhile, noResponders } from './refusals.js'
import type { ConnectionPage, RunningAround } from './running.js'
import { adoptServer, type AnyServer } from './kinds/server-session.js'
import { Session } from './session.js'
import { startSession } from './start-session.js'
import type { ConnectionAct, Sessions } from './sessions.js'

/** As many sessions may be in the list. */
const mostSessions = 1_000

/** What sessions are made with. */
export interface SessionsOptions {
  readonly tools: Tools
  /** Where all of them write. */
  readonly log: SessionLog
  /** Starts a file of `responders/`. @returns rejects with WorkbenchError when its code may not run */
  readonly openScript?: OpenScript | undefined
  readonly onNotice: (level: 'info' | 'warning' | 'error', text: string) => void
}

/** Everything that a workbench runs. */
export class SessionList implements Sessions {
  readonly #options: SessionsOptions
  readonly #sessions = new Map<number, Session>()
  readonly #changes = new Changes()
  #lastId = 0

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  get all(): readonly SessionState[] {
    return [...this.#sessions.values()].map((session) => session.describe())
  }

  watch(listener: () => void): () => void {
    return this.#changes.watch(listener)
  }

  async start(definition: Definition): Promise<number> {
    const session = this.#add(await findFile(definition))
    await this.#run(session)
    return session.id
  }

  add(definition: Definition): number {
    const session = this.#add(definition)
    session.state = 'stopped'
    this.#changes.changed()
    return session.id
  }

  define(id: number, definition: Definition): void {
    const session = this.#find(id)
    this.#assertFits(definition, session)
    if (session.state === 'stopped' || session.state === 'failed') session.definition = definition
    else session.next = definition
    this.#changes.changed()
  }

  /** Take in a server that was made elsewhere; it is stopped with the others. */
  async adopt(definition: Definition, server: AnyServer): Promise<number> {
    const session = this.#add(definition)
    const { log } = this.#options
    const { id } = session
    const around = this.#around(session, session.turn('starting'))
    const running = await adoptServer(server, { id, log, definition }, around)
    session.adopted = new AdoptedServer(server, running)
    session.runs(session.adopted.running)
    this.#changes.changed()
    return id
  }

  async stop(id: number): Promise<void> {
    await this.#end(this.#find(id))
  }

  async restart(id: number, definition?: Definition): Promise<void> {
    const session = this.#find(id)
    const next = definition ?? session.next
    if (next !== undefined) {
      this.#assertFits(next, session)
      session.definition = next
      session.next = undefined
    }
    // Of several at once the last one starts it, and a stop behind them none.
    if (!(await this.#end(session))) return
    if (next !== undefined) await session.release()
    await this.#run(session)
  }

  async remove(id: number): Promise<void> {
    const session = this.#find(id)
    this.#sessions.delete(id)
    await this.#end(session)
    await session.release()
  }

  copy(id: number, as: 'command' | 'code'): string {
    const { definition } = this.#find(id)
    return copyDefinition(definition, as, this.#options.tools)
  }

  send(id: number, bytes: Uint8Array, to?: readonly number[], variables = false): Promise<number> {
    const session = this.#find(id)
    const { needed } = session
    return needed.send(variables ? expandVariables(bytes, (session.sequence += 1)) : bytes, to)
  }

  /** Whom a repeat or a sequence speaks to. @throws WorkbenchError for a session that does not send */
  target(id: number, to?: readonly number[]): RunTarget {
    const session = this.#find(id)
    return createTarget(session, to, (bytes, variables) => this.send(id, bytes, to, variables))
  }

  act(id: number, connection: number, act: ConnectionAct): void {
    this.#find(id).needed.act(connection, act)
    this.#changes.changed()
  }

  limit(id: number, maxConnections: number): void {
    this.#find(id).needed.limit(maxConnections)
    this.#changes.changed()
  }

  setFaults(id: number, faults: readonly string[]): void {
    const session = this.#find(id)
    const { definition, needed } = session
    const changed =
      definition.kind === 'proxy' ? { ...definition, faults: [...faults] } : definition
    this.#assertFits(changed, session)
    needed.setFaults(faults)
    session.definition = changed
    this.#changes.changed()
  }

  setResponders(id: number, responders: readonly Responder[]): void {
    const session = this.#find(id)
    const { definition, running } = session
    if (definition.kind !== 'server' && definition.kind !== 'client') {
      throw noResponders(`a ${definition.kind}`)
    }
    // What is wrong with them is said now, also when it does not run.
    void new RuleSet(responders, () => undefined)
    const changed = { ...definition, responders: [...responders] }
    this.#assertFits(changed, session)
    running?.setResponders?.(responders)
    session.definition = changed
    this.#changes.changed()
  }

  async setScript(id: number, name: string | undefined): Promise<void> {
    const session = this.#find(id)
    const { definition, running } = session
    if (definition.kind !== 'server' && definition.kind !== 'client') {
      throw noResponders(`a ${definition.kind}`)
    }
    const { openScript = noScripts } = this.#options
    const noticed = (text: string): void => this.#notice(session, text)
    const script = running && name !== undefined ? await openScript(name, noticed) : undefined
    try {
      if (session.running !== running) throw changedMeanwhile(definition.name)
      running?.setScript?.(script)
    } catch (error) {
      script?.close()
      throw error
    }
    const { script: _before, ...others } = session.definition as typeof definition
    session.definition = name === undefined ? others : { ...others, script: name }
    this.#changes.changed()
  }

  connections(id: number, most: number): ConnectionPage {
    return this.#find(id).running?.connections(most) ?? { all: 0, connections: [] }
  }

  fileOf(id: number): string {
    const { definition } = this.#find(id)
    if (definition.kind === 'file') return definition.path
    throw new WorkbenchError('WORKBENCH_NOT_NOW', `${definition.name} is no file`)
  }

  async close(): Promise<void> {
    const all = [...this.#sessions.values()]
    await Promise.all(
      all.map(async (session) => {
        await this.#end(session)
        await session.release()
      }),
    )
  }

  #find(id: number): Session {
    const session = this.#sessions.get(id)
    if (session !== undefined) return session
    throw new WorkbenchError('WORKBENCH_NOT_FOUND', `there is no session ${id}`)
  }

  #add(definition: Definition): Session {
    if (this.#sessions.size >= mostSessions) {
      const text = `there are ${mostSessions} sessions, as many as there may be: remove one`
      throw new WorkbenchError('WORKBENCH_NOT_NOW', text)
    }
    this.#assertFits(definition)
    const session = new Session((this.#lastId += 1), definition)
    this.#sessions.set(session.id, session)
    return session
  }

  /** @throws WorkbenchError when a definition, in the place of that of a session, is too large beside the others */
  #assertFits(definition: Definition, instead?: Session): void {
    const others = [...this.#sessions.values()].filter((session) => session !== instead)
    assertFits(
      definition,
      others.map((other) => other.definition),
    )
  }

  async #run(session: Session): Promise<void> {
    const signal = session.turn('starting')
    this.#changes.changed()
    const started = startSession(session, this.#options, signal, this.#around(session, signal))
    session.busyUntil(started)
    await started
    this.#changes.changed()
  }

  /** @returns whether nothing else was asked of it meanwhile */
  async #end(session: Session): Promise<boolean> {
    const signal = session.turn('stopping')
    this.#changes.changed()
    await session.over
    if (signal.aborted) return false
    session.state = 'stopped'
    this.#changes.changed()
    return true
  }

  /** @param signal of the turn that it is for: what comes of an earlier one is no news */
  #around(session: Session, signal: AbortSignal): RunningAround {
    return {
      changed: () => this.#changes.changed(),
      noticed: (message) => this.#notice(session, message),
      ended: (how) => {
        if (signal.aborted) return
        session.ends(how)
        this.#changes.changed()
      },
      failed: (message) => {
        if (signal.aborted) return
        session.fails(message)
        this.#changes.changed()
      },
    }
  }

  #notice(session: Session, text: string): void {
    this.#options.onNotice('warning', `${session.definition.name}: ${text}`)
  }
}
