import { setImmediate as turn } from 'node:timers/promises'
import { onTestFinished, vi } from 'vitest'
import type { ReplyValue } from '../../src/protocol/replies.js'
import type { Request } from '../../src/protocol/requests.js'
import { type Asked, Backend } from '../../web/backend/backend.js'
import type { Row } from '../../web/backend/decode-rows.js'

type Do = Request['do']

interface Held {
  readonly what: Do
  readonly more: Readonly<Record<string, unknown>>
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
}

/** A workbench on a link on which nothing arrives until the test says so. */
export class HeldBackend extends Backend {
  /** What no reply came to yet. */
  readonly held: Held[] = []

  constructor() {
    super(
      'ws://held',
      () => '',
      async () => undefined,
    )
    // What is drawn is no matter.
    vi.stubGlobal('requestAnimationFrame', () => 0)
    onTestFinished(() => void vi.unstubAllGlobals())
  }

  override ask<What extends Do>(what: What, more: Asked<What>): Promise<ReplyValue<What>> {
    return new Promise((resolve, reject) => this.held.push({ what, more, resolve, reject }))
  }

  override askRows<What extends 'rows' | 'bytes'>(what: What, more: Asked<What>): Promise<Row[]> {
    return new Promise((resolve, reject) => this.held.push({ what, more, resolve, reject }))
  }

  /** The reply to the first of these requests comes. @returns what was asked */
  async reply<What extends Do>(
    what: What,
    value: What extends 'rows' | 'bytes' ? readonly Row[] : ReplyValue<What>,
  ): Promise<Readonly<Record<string, unknown>>> {
    const { more, resolve } = this.#take(what)
    resolve(value as never)
    await turn()
    return more
  }

  /** It is refused. */
  async refuse(what: Do): Promise<void> {
    this.#take(what).reject(new Error(`${what} was refused`))
    await turn()
  }

  /** What was asked, and no reply came to. */
  asked(what: Do): readonly Readonly<Record<string, unknown>>[] {
    return this.held.filter((each) => each.what === what).map(({ more }) => more)
  }

  #take(what: Do): Held {
    const index = this.held.findIndex((each) => each.what === what)
    const [held] = index < 0 ? [] : this.held.splice(index, 1)
    if (held !== undefined) return held
    throw new Error(`no ${what} was asked: ${this.held.map((each) => each.what).join(', ')}`)
  }
}

/** An event of a log, as a row. */
export function eventRow(number: number, event: Readonly<Record<string, unknown>>): Row {
  return rowOf(number, 'event', JSON.stringify(event))
}

export function rowOf(number: number, kind: Row['kind'], said: string): Row {
  const bytes = new TextEncoder().encode(said)
  const about = { time: 1_000 + number, connection: 1, flags: 0, position: 0 }
  return { ...about, number, kind, bytes, length: bytes.length }
}
