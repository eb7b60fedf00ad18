import { expect, it } from 'vitest'
import { Responding } from '../../src/sessions/kinds/responding.js'
import type { AnyConnection } from '../../src/sessions/kinds/connection-book.js'
import { WatchedEnd } from '../support/scripted-target.js'

it('a connection that lives long keeps nothing of the delays that are over', async () => {
  const closed = new WatchedEnd()
  const sent: Uint8Array[] = []
  const send = (bytes: Uint8Array) => Promise.resolve(void sent.push(bytes))
  const connection = { closed, phase: 'open', send } as unknown as AnyConnection
  const rule = {
    name: 'late',
    delay: 1,
    do: 'reply',
    match: { as: 'length' },
    reply: { as: 'text', text: 'x' },
  } as const
  const definition = { kind: 'server', name: 's', listen: '127.0.0.1:0' } as const
  const responding = new Responding(
    { ...definition, responders: [rule] },
    undefined,
    () => undefined,
  )
  for (let count = 0; count < 20; count++) {
    await responding.take(connection, Buffer.from('m'), () => undefined)
  }
  expect(sent.length).toBe(20)
  expect(closed.watchers).toBe(1)
})
