import type { Definition } from '../../src/protocol/definition.js'
import type { Responder } from '../../src/protocol/responder.js'
import type { Backend } from '../backend/backend.js'

/** Called with why something was not done. */
export type Refused = (why: string) => void

export type ConnectionAct = 'pause' | 'resume' | 'end' | 'close' | 'reset'

/** Asks; what fails is said to `refused`, or in a notice. @returns undefined when it failed */
type Ask = <Value>(
  act: (backend: Backend) => Promise<Value>,
  refused?: Refused,
) => Promise<Value | undefined>

interface Again {
  /** Look at the connections again. */
  readonly look: () => Promise<void>
  /** See the sessions as they are now. */
  readonly refresh: () => Promise<void>
}

/** What one does with a session that is there, and with its connections. */
export class SessionActs {
  readonly #ask: Ask
  readonly #again: Again
  /** What a second press is taken for the first one of, by its name. */
  readonly #underWay = new Map<string, Promise<unknown>>()

  constructor(ask: Ask, again: Again) {
    this.#ask = ask
    this.#again = again
  }

  /** @param refused called with what to write instead */
  async parse(line: string, refused: Refused): Promise<Definition | undefined> {
    return (await this.#ask((backend) => backend.ask('parse', { line }), refused))?.definition
  }

  stop(session: number): Promise<unknown> {
    return this.#once(`stop ${session}`, (backend) => backend.ask('stop', { session }))
  }

  restart(session: number): Promise<unknown> {
    return this.#once(`restart ${session}`, (backend) => backend.ask('restart', { session }))
  }

  async copy(session: number, as: 'command' | 'code'): Promise<string | undefined> {
    return (await this.#ask((backend) => backend.ask('copy', { session, as })))?.text
  }

  /** @returns how many got it; undefined when it was refused */
  async send(
    session: number,
    bytes: string,
    { to, variables }: { readonly to: readonly number[]; readonly variables: boolean },
  ): Promise<number | undefined> {
    const more = {
      ...(to.length === 0 ? {} : { to: [...to] }),
      ...(variables ? { variables } : {}),
    }
    const reply = await this.#ask((backend) => backend.ask('send', { session, bytes, ...more }))
    return reply?.recipients
  }

  async act(session: number, connection: number, act: ConnectionAct): Promise<void> {
    await this.#ask((backend) => backend.ask('act', { session, connection, act }))
    await this.#again.look()
  }

  limit(session: number, maxConnections: number): Promise<unknown> {
    return this.#set((backend) => backend.ask('limit', { session, maxConnections }))
  }

  /** @returns whether they were taken */
  async setFaults(session: number, faults: readonly string[]): Promise<boolean> {
    const asked = { session, faults: [...faults] }
    return (await this.#set((backend) => backend.ask('faults', asked))) !== undefined
  }

  /**
   * @param refused called with what is wrong with them
   * @returns whether they were taken
   */
  async setResponders(
    session: number,
    responders: Responder[],
    refused: Refused,
  ): Promise<boolean> {
    const reply = await this.#set(
      (backend) => backend.ask('responders', { session, responders }),
      refused,
    )
    return reply !== undefined
  }

  /** Until what was set is seen in the session: what comes next begins with it. */
  async #set<Value>(act: (backend: Backend) => Promise<Value>, refused?: Refused) {
    const value = await this.#ask(act, refused)
    await this.#again.refresh()
    return value
  }

  /** Pressed twice, it is done once. */
  #once(name: string, act: (backend: Backend) => Promise<unknown>): Promise<unknown> {
    const before = this.#underWay.get(name)
    if (before !== undefined) return before
    const done = this.#set(act).finally(() => this.#underWay.delete(name))
    this.#underWay.set(name, done)
    return done
  }
}
