import type { TrafficLog } from 'hawser/log'
import type { ClientDefinition, ServerDefinition } from '../../protocol/definition.js'
import type { Responder } from '../../protocol/responder.js'
import { type Rule, RuleSet } from '../../responders/rule-set.js'
import type { Script } from '../../scripts/script.js'
import type { ScriptConnection } from '../../scripts/script-act.js'
import { whenClosed } from '../../sequences/when-closed.js'
import { type AnyConnection, nameOf } from './connection-book.js'

/** Does what the rules of a session say with each message. They may be replaced while it runs. */
export class Responding {
  /** Where it is written which rule it was. Set before the first message. */
  traffic: TrafficLog | undefined
  readonly #name: string
  readonly #noticed: (message: string) => void
  #rules: RuleSet
  #script: Script | undefined
  /** Connections that the script is told of when they are gone. */
  readonly #known = new WeakSet<AnyConnection>()

  /** @throws WorkbenchError for rules that are none */
  constructor(
    { name, responders = [] }: ServerDefinition | ClientDefinition,
    script: Script | undefined,
    noticed: (message: string) => void,
  ) {
    this.#name = name
    this.#noticed = noticed
    this.#rules = this.#read(responders)
    this.#script = script
  }

  /** @throws WorkbenchError for rules that are none: those before stay */
  set(responders: readonly Responder[]): void {
    this.#rules = this.#read(responders)
  }

  /** The one before is closed. */
  setScript(script: Script | undefined): void {
    this.#script?.close()
    this.#script = script
  }

  close(): void {
    this.setScript(undefined)
  }

  /** @param usual what the session does with a message that neither a rule nor a script decides on */
  take(connection: AnyConnection, message: Uint8Array, usual: () => unknown): unknown {
    const rule = this.#rules.choose(message)
    const script = this.#script
    const otherwise = (): unknown =>
      script === undefined ? usual() : this.#ask(script, connection, message, usual)
    if (rule === undefined) return otherwise()
    if (rule.delay === 0) return this.#obey(rule, connection, otherwise)
    // The bytes are good until this returns.
    const kept = message.slice()
    return this.#later(rule, connection, () =>
      script === undefined ? usual() : this.#ask(script, connection, kept, usual),
    )
  }

  async #ask(
    script: Script,
    connection: AnyConnection,
    message: Uint8Array,
    usual: () => unknown,
  ): Promise<void> {
    const { name } = script
    try {
      const acts = await script.call(message, this.#describe(connection))
      for (const { do: act, reply, delay } of acts) {
        if (delay > 0) await pause(delay, connection)
        if (connection.phase === 'closed') return
        const what = { name, act, delay, reply }
        await this.#obey(what, connection, usual, 'script')
        if (act === 'close' || act === 'reset') return
      }
    } catch (error) {
      if (connection.phase === 'closed') return
      const { message: why } = error as Error
      this.traffic?.event(connection, {
        event: 'responded',
        script: name,
        act: 'failed',
        error: why,
      })
      this.#noticed(`${name} failed: ${why}`)
    }
  }

  #describe(connection: AnyConnection): ScriptConnection {
    const id = this.traffic?.numberOf(connection) ?? 0
    if (!this.#known.has(connection)) {
      this.#known.add(connection)
      // There may be another one by then.
      void connection.closed.then(() => this.#script?.forget(id))
    }
    const { localAddress, localPort, remoteAddress, remotePort } = connection
    return {
      id,
      local: nameOf(localAddress, localPort),
      remote: nameOf(remoteAddress, remotePort),
      session: this.#name,
    }
  }

  async #later(rule: Rule, connection: AnyConnection, otherwise: () => unknown): Promise<void> {
    await pause(rule.delay, connection)
    if (connection.phase !== 'closed') await this.#obey(rule, connection, otherwise)
  }

  #obey(
    { name, act, delay, reply }: Rule,
    connection: AnyConnection,
    otherwise: () => unknown,
    by: 'rule' | 'script' = 'rule',
  ): unknown {
    const waited = delay > 0 ? { delay } : {}
    const isSaid = by === 'rule' || act !== 'pass'
    if (isSaid) this.traffic?.event(connection, { event: 'responded', [by]: name, act, ...waited })
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
      const why = 'its expression takes too long: write a simpler one'
      this.#noticed(`the rule ${name} was switched off: ${why}`)
    })
  }
}

/** Fulfils after so many milliseconds, or when the connection is closed. */
function pause(milliseconds: number, { closed }: AnyConnection): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      unwatch()
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    const unwatch = whenClosed(closed, end)
  })
}
