import type { TrafficLog } from 'hawser/log'
import type { Responder } from '../protocol/responder.js'
import { type Rule, RuleSet } from '../responders/rule-set.js'
import type { AnyConnection } from './connection-book.js'

/** Does what the rules of a session say with each message. They may be replaced while it runs. */
export class Responding {
  /** Where it is written which rule it was. Set before the first message. */
  traffic: TrafficLog | undefined
  readonly #noticed: (message: string) => void
  #rules: RuleSet

  /** @throws WorkbenchError for rules that are none */
  constructor(responders: readonly Responder[], noticed: (message: string) => void) {
    this.#noticed = noticed
    this.#rules = this.#read(responders)
  }

  /** @throws WorkbenchError for rules that are none: those before stay */
  set(responders: readonly Responder[]): void {
    this.#rules = this.#read(responders)
  }

  /** @param otherwise what the session does with a message that no rule fits */
  take(connection: AnyConnection, message: Uint8Array, otherwise: () => unknown): unknown {
    const rule = this.#rules.choose(message)
    if (rule === undefined) return otherwise()
    return rule.delay > 0
      ? this.#later(rule, connection, otherwise)
      : this.#obey(rule, connection, otherwise)
  }

  async #later(rule: Rule, connection: AnyConnection, otherwise: () => unknown): Promise<void> {
    await pause(rule.delay, connection)
    if (connection.phase !== 'closed') await this.#obey(rule, connection, otherwise)
  }

  #obey(rule: Rule, connection: AnyConnection, otherwise: () => unknown): unknown {
    const { name, act, delay, reply } = rule
    const waited = delay > 0 ? { delay } : {}
    this.traffic?.event(connection, { event: 'responded', rule: name, act, ...waited })
    switch (act) {
      case 'reply':
        return connection.send(reply)
      case 'pass':
        return otherwise()
      case 'drop':
        return undefined
      case 'close':
        // Not waited for: it waits for this handler.
        void connection.close({ reason: 'responder' })
        return undefined
      case 'reset':
        connection.reset({ reason: 'responder' })
        return undefined
    }
  }

  #read(responders: readonly Responder[]): RuleSet {
    return new RuleSet(responders, (name) => {
      const why = 'its expression takes too long for one message: write a simpler one'
      this.#noticed(`the rule ${name} was switched off: ${why}`)
    })
  }
}

/** Fulfils after so many milliseconds, or when the connection is closed. */
function pause(milliseconds: number, { closed }: AnyConnection): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    void closed.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
