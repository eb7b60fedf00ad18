import { expect, it } from 'vitest'
import { converse } from '../support/scripted.js'
import { patience } from '../support/patience.js'

it('a script replies with text, bytes, several things, later, or not at all', async () => {
  const { ask, client, responded, show } = await converse(
    `
    import { greet } from './lib/greet.mjs'
    export default async function (message, connection) {
      const text = message.toString()
      connection.count = (connection.count ?? 0) + 1
      if (text === 'PING') return 'PONG'
      if (text === 'bytes') return Uint8Array.of(1, 2, 255)
      if (text === 'both') return ['one', { reply: 'two', delay: 5 }]
      if (text === 'async') { await null; return greet(connection.session) }
      if (text === 'who') return [connection.id, connection.count].join(' ')
      if (text === 'quiet') return { do: 'drop' }
      if (text === 'holes') return Array(2)
    }`,
    {
      files: { 'responders/lib/greet.mjs': 'export const greet = (name) => `hello from ${name}`' },
      more: { respond: 'echo' },
    },
  )
  expect(await ask('PING')).toBe('PONG')
  await client.send('bytes')
  expect([...(await client.receive())]).toEqual([1, 2, 255])
  expect(await ask('both')).toBe('one')
  expect(show(await client.receive())).toBe('two')
  expect(await ask('async')).toBe('hello from s')
  expect(await ask('who')).toBe('1 5')
  await client.send('quiet')
  // Nothing returned is what the server does without it.
  expect(await ask('other')).toBe('other')
  expect(await ask('holes')).toBe('holes')
  expect(show(await client.receive())).toBe('holes')
  expect(await responded()).toEqual([
    { event: 'responded', script: 'reply.js', act: 'reply' },
    { event: 'responded', script: 'reply.js', act: 'reply' },
    { event: 'responded', script: 'reply.js', act: 'reply' },
    { event: 'responded', script: 'reply.js', act: 'reply', delay: 5 },
    { event: 'responded', script: 'reply.js', act: 'reply' },
    { event: 'responded', script: 'reply.js', act: 'reply' },
    { event: 'responded', script: 'reply.js', act: 'drop' },
  ])
})

it('rules come before the script, and one that lets pass leaves the message to it', async () => {
  const { ask } = await converse(`module.exports = (message) => 'script ' + message`, {
    more: {
      responders: [
        {
          name: 'a',
          match: { as: 'text', text: 'a' },
          do: 'reply',
          reply: { as: 'text', text: 'rule' },
        },
        { name: 'b', match: { as: 'text', text: 'b' }, do: 'pass', delay: 1 },
      ],
    },
  })
  expect([await ask('a'), await ask('b'), await ask('c')]).toEqual(['rule', 'script b', 'script c'])
})

it.each([
  ['close', 'ended'],
  ['reset', 'reset'],
])('a script ends a connection: %s', async (act, reason) => {
  const { client, responded, show } = await converse(
    `export default () => ['bye', { do: '${act}', delay: 1 }, 'too late']`,
  )
  await client.send('x')
  expect(show(await client.receive())).toBe('bye')
  const { reason: why } = await client.closed
  expect(why).toBe(reason)
  expect((await responded()).map((event) => event['act'])).toEqual(['reply', act])
})

it('messages of one connection are replied to in their order', async () => {
  const { client, show } = await converse(
    `export default async (message) => { if (message.toString() === '0') await new Promise((done) => setTimeout(done, 20)); return message }`,
  )
  const all = Array.from({ length: 200 }, (_, number) => String(number))
  await Promise.all(all.map((text) => client.send(text)))
  const got: string[] = []
  while (got.length < all.length) got.push(show(await client.receive()))
  expect(got).toEqual(all)
})

it('the script of a session that runs is exchanged, and taken away', async () => {
  const { list, ask, responded } = await converse(`export default () => 'one'`, {
    files: { 'responders/two.mjs': `export default () => 'two'` },
    more: { respond: 'echo' },
  })
  expect(await ask('x')).toBe('one')
  await list.setScript(1, 'two.mjs')
  expect(await ask('x')).toBe('two')
  await expect(list.setScript(1, 'none.js')).rejects.toThrow('there is no responders/none.js')
  expect(await ask('x')).toBe('two')
  await list.setScript(1, undefined)
  expect(await ask('x')).toBe('x')
  expect(list.all[0]?.definition).not.toHaveProperty('script')
  expect((await responded()).map((event) => event['script'])).toEqual([
    'reply.js',
    'two.mjs',
    'two.mjs',
  ])
})

it('what a script prints is shown, and a flood of it is counted', async () => {
  const { ask, notices } = await converse(
    `export default (message) => { console.log('got ' + message); console.error('x'.repeat(9_999)); return 'ok' }`,
  )
  await ask('one')
  await expect.poll(() => notices.length, patience).toBe(2)
  expect(notices.toSorted()).toEqual(['s: reply.js: got one', `s: reply.js: ${'x'.repeat(500)}`])
})

it('a client has a script too', async () => {
  const { list, until, client, show } = await converse(`export default () => undefined`, {
    files: { 'responders/client.js': `export default (message) => 'I got ' + message` },
  })
  const { addresses } = await until(1, ({ state }) => state === 'running')
  const id = await list.start({
    ...{ kind: 'client', name: 'c', connect: addresses[0] ?? '', framing: 'lines' },
    script: 'client.js',
  })
  await until(id, ({ state }) => state === 'running')
  await list.setScript(1, undefined)
  await list.send(1, Buffer.from('hi'))
  expect(show(await client.receive())).toBe('hi')
  await expect.poll(() => list.all[0]?.bytesRead, patience).toBe('I got hi\n'.length)
})
