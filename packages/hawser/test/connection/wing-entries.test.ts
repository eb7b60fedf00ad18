import { afterEach, describe, expect, it } from 'vitest'
import type { Connection } from 'hawser'
import { engineOf } from '../../src/connection/connection.js'
import { Engine } from '../../src/connection/engine.js'
import { Ending } from '../../src/connection/end/ending.js'
import { HandlerConsumer } from '../../src/connection/in/handler-consumer.js'
import { Inbox } from '../../src/connection/in/inbox.js'
import { Receiver } from '../../src/connection/in/receiver.js'
import { Outbox } from '../../src/connection/out/outbox.js'
import { Outboxes } from '../../src/connection/out/outboxes.js'
import { Sender } from '../../src/connection/out/sender.js'
import { Account } from '../../src/connection/watch/account.js'
import { Watch } from '../../src/connection/watch/watch.js'
import { attach } from './support/attach.js'
import { turns } from './support/turns.js'

// ARCHITECTURE.md, "The calls for one small message in, and one out": what is written there is counted
// here, as calls of methods that come into a wing from another place of the connection. Questions, which
// are properties, are none.

type Place = 'door' | 'in' | 'out' | 'end' | 'watch'

const places: readonly (readonly [Place, { readonly prototype: object }])[] = [
  ['door', Object.getPrototypeOf(Engine) as { prototype: object }],
  ['door', Engine],
  ['in', Receiver],
  ['in', Inbox],
  ['in', HandlerConsumer],
  ['out', Sender],
  ['out', Outboxes],
  ['out', Outbox],
  ['end', Ending],
  ['watch', Watch],
  ['watch', Account],
]

/** Those that only ask. */
const questions = new Set([
  'heldBeyond',
  'isWithin',
  'measure',
  'mayGoOn',
  'shouldStop',
  'mostHeld',
])

const undo: (() => void)[] = []

afterEach(() => {
  for (const each of undo.splice(0)) each()
})

/**
 * Notes, for these and what `connection` is made of, each call that comes into a wing from the door or
 * another wing. Connections of other tests have timers left: what they set off is none of it.
 */
function watchEntries(connection: Connection<string, string>): string[] {
  const entries: string[] = []
  const stack: { readonly place: Place; readonly isOwn: boolean }[] = []
  /** What was ever called by the connection: all that it is made of, once a message went through. */
  const parts = new WeakSet<object>([connection, engineOf(connection)])
  const own = { prototype: Object.getPrototypeOf(connection) as object }
  for (const [place, { prototype }] of [...places, ['door', own] as const]) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const property = Object.getOwnPropertyDescriptor(prototype, name)
      const method: unknown = property?.value
      if (name === 'constructor' || questions.has(name) || typeof method !== 'function') continue
      const wrapped = function (this: object, ...given: unknown[]): unknown {
        const from = stack.at(-1)
        const isOwn = from?.isOwn ?? parts.has(this)
        if (isOwn) parts.add(this)
        if (isOwn && place !== 'door' && from !== undefined && from.place !== place) {
          entries.push(`${place} ${name}`)
        }
        stack.push({ place, isOwn })
        try {
          return (method as (...all: unknown[]) => unknown).apply(this, given)
        } finally {
          stack.pop()
        }
      }
      Object.defineProperty(prototype, name, { ...property, value: wrapped })
      undo.push(() => {
        Object.defineProperty(prototype, name, property as PropertyDescriptor)
      })
    }
  }
  return entries
}

describe('a wing is entered once', () => {
  it('for a message in', async () => {
    const { connection, peer } = attach({ handler: { message: () => undefined } })
    const entries = watchEntries(connection)
    await peer.send('before\n')
    await turns()
    entries.length = 0
    await peer.send('one\n')
    await turns()
    expect(entries).toEqual(['in received'])
  })

  it('for a message out', async () => {
    const { connection, peer } = attach({ handler: { message: () => undefined } })
    const entries = watchEntries(connection)
    await connection.send('before')
    await peer.receives('before\n')
    await turns()
    entries.length = 0
    void connection.send('one')
    await peer.receives('one\n')
    expect(entries).toEqual(['out send'])
  })

  it('for each reply, and once more for the write of all replies to what was read', async () => {
    const { connection, peer } = attach({ handler: { message: (own, line) => own.send(line) } })
    const entries = watchEntries(connection)
    await peer.send('before\n')
    await peer.receives('before\n')
    entries.length = 0
    await peer.send('one\ntwo\nthree\n')
    await peer.receives('one\ntwo\nthree\n')
    expect(entries).toEqual(['in received', 'out send', 'out send', 'out send', 'out write'])
  })
})
