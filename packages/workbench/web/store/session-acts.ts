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

/** What one does with a session that is there, and with its connections. */
export class SessionActs {
  readonly #ask: Ask
  readonly #look: () => Promise<void>

  /** @param look look at the connections again */
  constructor(ask: Ask, look: () => Promise<void>) {
    this.#ask = ask
    this.#look = look
  }

  /** @param refused called with what to write instead */
  async parse(line: string, refused: Refused): Promise<Definition | undefined> {
    return (await this.#ask((backend) => backend.ask('parse', { line }), refused))?.definition
  }

  stop(session: number): Promise<unknown> {
    return this.#ask((backend) => backend.ask('stop', { session }))
  }

  restart(session: number): Promise<unknown> {
    return this.#ask((backend) => backend.ask('restart', { session }))
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
    await this.#look()
  }

  limit(session: number, maxConnections: number): Promise<unknown> {
    return this.#ask((backend) => backend.ask('limit', { session, maxConnections }))
  }

  setFaults(session: number, faults: readonly string[]): Promise<unknown> {
    return this.#ask((backend) => backend.ask('faults', { session, faults: [...faults] }))
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
    const reply = await this.#ask(
      (backend) => backend.ask('responders', { session, responders }),
      refused,
    )
    return reply !== undefined
  }
}
