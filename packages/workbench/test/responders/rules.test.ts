import { setImmediate as nextTurn } from 'node:timers/promises'
import { connect, createServer, delimited, formatEndpoint } from 'hawser'
import { expect, it } from 'vitest'
import type { Responder } from '../../src/protocol/responder.js'
import { usedMemory } from '../../../../test/support/memory.js'
import { RuleSet } from '../../src/responders/rule-set.js'
import { createEmptyLog } from '../support/logs.js'
import { createList } from '../support/sessions.js'

const show = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const text = (said: string) => ({ as: 'text', text: said }) as const

/** A server of lines with rules, and a client of it. */
async function converse(responders: Responder[], more: object = {}) {
  const both = await createList()
  const definition = { kind: 'server', name: 'ruled', listen: '127.0.0.1:0' } as const
  const id = await both.list.start({ ...definition, framing: 'lines', responders, ...more })
  const { addresses } = await both.until(id, ({ state }) => state !== 'starting')
  const client = await connect(addresses[0] ?? '', { framing: delimited('\n') })
  const ask = async (said: string | Uint8Array): Promise<string> => {
    await client.send(said)
    return show(await client.receive())
  }
  const responded = async () =>
    (await both.rows()).filter(({ event }) => event?.event === 'responded')
  return { ...both, id, client, ask, responded }
}

it('the first rule that fits replies: by text, hex, a regular expression and a length', async () => {
  const { ask, responded, client } = await converse([
    { name: 'text', match: text('PING'), do: 'reply', reply: text('PONG') },
    {
      name: 'hex',
      match: { as: 'hex', hex: '00 ff' },
      do: 'reply',
      reply: { as: 'hex', hex: '0x4f, 0x4b' },
    },
    {
      name: 'regex',
      match: { as: 'regex', regex: '^\\d+\\xfe?$' },
      do: 'reply',
      reply: text('a number'),
    },
    { name: 'length', match: { as: 'length', from: 3, to: 4 }, do: 'reply', reply: text('short') },
    { name: 'any', match: { as: 'length' }, do: 'reply', reply: text('any') },
  ])
  expect(await ask('a PING 1')).toBe('PONG')
  expect(await ask(Uint8Array.of(1, 0, 255, 1))).toBe('OK')
  expect(await ask('1234')).toBe('a number')
  expect(await ask(Uint8Array.of(0x31, 0xfe))).toBe('a number')
  expect([await ask('abc'), await ask('abcd'), await ask('ab'), await ask('abcde')]).toEqual([
    ...['short', 'short', 'any', 'any'],
  ])
  const rows = await responded()
  expect(rows.slice(0, 3).map(({ event }) => event)).toEqual([
    { event: 'responded', rule: 'text', act: 'reply' },
    { event: 'responded', rule: 'hex', act: 'reply' },
    { event: 'responded', rule: 'regex', act: 'reply' },
  ])
  expect(rows.map(({ connection }) => connection)).toEqual(rows.map(() => 1))
  await client.close()
})

it('which rule it was stands before what it sent, and that was not sent by hand', async () => {
  const { ask, rows, client } = await converse([
    { name: 'one', match: text('1'), do: 'reply', reply: text('one') },
  ])
  await ask('1')
  const all = await rows()
  const at = all.findIndex(({ event }) => event?.event === 'responded')
  expect(all[at - 1]).toMatchObject({ kind: 'in', connection: 1 })
  expect(all[at + 1]).toMatchObject({ kind: 'out', connection: 1, flags: 0 })
  await client.close()
})

it('a rule drops a message, or lets it pass to what the server does with others', async () => {
  const { ask, client } = await converse(
    [
      { name: 'quiet', match: text('secret'), do: 'drop' },
      { name: 'first', match: text('pass'), do: 'pass', delay: 1 },
      { name: 'never', match: text('pass'), do: 'drop' },
    ],
    { respond: 'echo' },
  )
  await client.send('a secret')
  expect(await ask('pass it')).toBe('pass it')
  expect(await ask('other')).toBe('other')
  await client.close()
})

it.each([
  ['close', 'ended', 'local'],
  ['reset', 'reset', 'local'],
] as const)('a rule ends the connection: %s', async (act, reason, by) => {
  const { client, rows, until, id } = await converse([{ name: 'out', match: text('bye'), do: act }])
  await client.send('bye')
  expect((await client.closed).reason).toBe(reason)
  await until(id, ({ connections }) => connections === 0)
  const close = (await rows()).find(({ event }) => event?.event === 'close')
  expect(close?.event).toMatchObject({ by, reason: 'responder' })
})

it('messages behind one whose reply waits are replied to behind it', async () => {
  const { client, responded } = await converse([
    { name: 'slow', match: text('slow'), delay: 20, do: 'reply', reply: text('slow') },
    { name: 'fast', match: text('fast'), do: 'reply', reply: text('fast') },
  ])
  await client.send('slow')
  await client.send('fast')
  expect([show(await client.receive()), show(await client.receive())]).toEqual(['slow', 'fast'])
  expect((await responded())[0]?.event).toMatchObject({ rule: 'slow', delay: 20 })
  await client.close()
})

it('a session that is stopped while a reply waits is stopped, and nothing is sent', async () => {
  const { client, list, id, responded, notices } = await converse([
    { name: 'slow', match: text('x'), delay: 600_000, do: 'reply', reply: text('late') },
  ])
  await client.send('x')
  while (list.connections(id, 1).connections[0]?.bytesRead !== 2) await nextTurn()
  await list.stop(id)
  await client.closed
  expect(client.bytesRead).toBe(0)
  expect(await responded()).toEqual([])
  expect(notices).toEqual([])
})

it('rules are replaced while it runs; one that is switched off is kept and does nothing', async () => {
  const rule = { name: 'a', match: text('x'), do: 'reply', reply: text('first') } as const
  const { ask, client, list, id } = await converse([rule])
  expect(await ask('x')).toBe('first')
  const next: Responder[] = [
    { ...rule, off: true },
    { ...rule, name: 'b', reply: text('second') },
  ]
  list.setResponders(id, next)
  expect(await ask('x')).toBe('second')
  expect(list.all[0]?.definition).toMatchObject({ responders: next })
  expect(() =>
    list.setResponders(id, [{ ...rule, off: true, match: { as: 'regex', regex: '(' } }]),
  ).toThrow(expect.objectContaining({ code: 'WORKBENCH_INVALID' }))
  expect(await ask('x')).toBe('second')
  await client.close()
  await list.stop(id)
  expect(() => list.setResponders(id, [{ ...rule, reply: { as: 'hex', hex: 'zz' } }])).toThrow(
    /no hex/,
  )
  list.setResponders(id, [])
  expect(list.all[0]?.definition).toMatchObject({ responders: [] })
})

it('an expression that takes for ever is given up, said, and out of the way', async () => {
  const { ask, client, notices } = await converse([
    { name: 'evil', match: { as: 'regex', regex: '^(a+)+$' }, do: 'drop' },
    { name: 'any', match: { as: 'length' }, do: 'reply', reply: text('alive') },
  ])
  const evil = `${'a'.repeat(64)}!`
  expect(await ask(evil)).toBe('alive')
  expect(notices).toEqual([expect.stringMatching(/^ruled: the rule evil was switched off/)])
  expect(await ask(evil)).toBe('alive')
  expect(notices).toHaveLength(1)
  await client.close()
})

it('as many expressions as there may be take little memory', async () => {
  const before = await usedMemory()
  const rules = Array.from({ length: 256 }, (_, count): Responder => {
    return { name: `${count}`, match: { as: 'regex', regex: `^x${count}$` }, do: 'drop' }
  })
  const sets = Array.from({ length: 8 }, () => new RuleSet(rules, () => undefined))
  expect(sets.map((set) => set.choose(Buffer.from('x255'))?.name)).toEqual(Array(8).fill('255'))
  expect((await usedMemory()) - before).toBeLessThan(32 * 1024 * 1024)
})

it('a line that is copied says that the rules are not in it', async () => {
  const rule = { name: 'a', match: text('x'), do: 'drop' } as const
  const { list, id, client } = await converse([rule, { ...rule, off: true }])
  expect(list.copy(id, 'command')).toBe('hawser server ruled # without its rule')
  list.setResponders(id, [rule, rule])
  expect(list.copy(id, 'command')).toMatch(/ # without its 2 rules$/)
  list.setResponders(id, [])
  expect(list.copy(id, 'command')).toBe('hawser server ruled')
  await client.close()
})

it('a client has rules too', async () => {
  const both = await createList()
  await using server = createServer({ framing: delimited('\n') })
  await server.listen('127.0.0.1:0')
  const heard = new Promise<string>((resolve) => {
    server.on('connection', (connection) => {
      void connection.send('who?')
      void connection.receive().then((bytes) => resolve(show(bytes)))
    })
  })
  const id = await both.list.start({
    kind: 'client',
    name: 'ruled',
    framing: 'lines',
    connect: formatEndpoint(server.addresses()[0]!),
    responders: [{ name: 'me', match: text('who?'), do: 'reply', reply: text('me') }],
  })
  expect(await heard).toBe('me')
  await both.list.stop(id)
})

it('proxies, files and servers that were made elsewhere have none', async () => {
  const both = await createList()
  const file = await both.list.start({ kind: 'file', name: 'old', path: await createEmptyLog() })
  await using server = createServer()
  const listen = { kind: 'server', name: 'theirs', listen: '127.0.0.1:0' } as const
  const adopted = await both.list.adopt(listen, server)
  for (const id of [file, adopted]) {
    expect(() => both.list.setResponders(id, [])).toThrow(
      expect.objectContaining({ code: 'WORKBENCH_NOT_NOW' }),
    )
  }
})
