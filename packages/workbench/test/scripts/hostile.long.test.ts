import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { Script } from '../../src/scripts/script.js'
import { converse } from '../support/scripted.js'
import { patience } from '../support/patience.js'

/** Replies to `ok`, and does something bad with other messages. */
const unless = (bad: string): string =>
  `export default async (message) => { if (message.toString() === 'ok') return 'ok'; ${bad} }`

it.each([
  ['throws', `throw new Error('oh no')`, /^oh no$/],
  ['throws what is no error', `throw { toString() { throw 1 } }`, /it threw what cannot be shown/],
  ['rejects', `await Promise.reject('late')`, /^late$/],
  ['returns a number', `return 7`, /it returned number: return text, bytes, nothing/],
  ['returns a function', `return () => 1`, /it returned function/],
  ['returns an object of another kind', `return { say: 'x' }`, /it returned an object with say/],
  ['returns an unknown word', `return { do: 'shout' }`, /it returned do: shout/],
  [
    'returns a delay that is none',
    `return { reply: 'x', delay: -1 }`,
    /a delay that is not a number/,
  ],
  [
    'returns what throws when it is read',
    `return { get reply() { throw new Error('trap') } }`,
    /trap/,
  ],
  ['floods', `return Array(1e6).fill('x')`, /more than 256 things to do/],
  ['returns a gigabyte', `return Array(200).fill(new Uint8Array(1e6))`, /more than 16777216 bytes/],
])('a script that %s is said to, and goes on', async (_, bad, why) => {
  const { client, ask, responded, notices } = await converse(unless(bad))
  await client.send('bad')
  expect(await ask('ok')).toBe('ok')
  const [failed] = await responded()
  expect(failed).toEqual({
    event: 'responded',
    script: 'reply.js',
    act: 'failed',
    error: expect.stringMatching(why),
  })
  expect(notices).toEqual([expect.stringMatching(/^s: reply\.js failed: /)])
})

it.each([
  ['loops for ever', `for (;;);`, /one message took it longer than 1000 ms/],
  ['waits for ever', `await new Promise(() => {})`, /one message took it longer than 1000 ms/],
  ['ends the process', `process.exit(3)`, /it ended its thread, with exit code 3/],
  [
    'throws where nothing catches',
    `setTimeout(() => { throw new Error('late') }); await new Promise(() => {})`,
    /late/,
  ],
  [
    'throws what cannot be shown where nothing catches',
    `setTimeout(() => { throw { toString: 1, valueOf: 1 } }); await new Promise(() => {})`,
    /it threw what cannot be shown/,
  ],
  [
    'throws an error whose message cannot be shown',
    `setTimeout(() => { throw Object.assign(new Error(), { message: { toString: 1, valueOf: 1 } }) }); await new Promise(() => {})`,
    /it threw what cannot be shown/,
  ],
  [
    'says what it was not asked for',
    `const { parentPort } = await import('node:worker_threads'); for (let i = 0; i < 1e4; i++) parentPort.postMessage({ call: 9e9, acts: [] }); await new Promise(() => {})`,
    /it said what it was not asked for/,
  ],
  [
    'says rubbish',
    `const { parentPort } = await import('node:worker_threads'); parentPort.postMessage({ call: 1, acts: [{ do: 'reply' }] }); await new Promise(() => {})`,
    /it said what it was not asked for/,
  ],
])('a script that %s is stopped, and started again', async (_, bad, why) => {
  const { client, ask, responded, notices } = await converse(unless(bad))
  await client.send('bad')
  expect(await ask('ok')).toBe('ok')
  expect((await responded())[0]).toMatchObject({ act: 'failed', error: expect.stringMatching(why) })
  expect(notices.join('\n')).toMatch(/reply\.js was started again: /)
})

/** A script that may take an hour for a message, and what is said of it. */
async function startPatient(code: string) {
  const url = pathToFileURL(join(createFolder({ 'a.mjs': code }), 'a.mjs')).href
  const notices: string[] = []
  const script = await Script.start({
    name: 'a.mjs',
    limit: 3_600_000,
    allow: () => Promise.resolve({ url }),
    noticed: (text) => notices.push(text),
  })
  onTestFinished(() => script.close())
  const connection = { id: 1, local: '', remote: '', session: '' }
  return { notices, call: (said: string) => script.call(Buffer.from(said), connection) }
}

it.each([
  ['many things', `const all = []; for (;;) all.push({ all: [...all] })`],
  // V8 ends the process, and not only the thread, when one thing alone is too large.
  ['an array', `const all = []; for (;;) all.push(1)`],
  ['a map', `const all = new Map(); for (let n = 0; ; n++) all.set(n, n)`],
  ['a text', `let text = 'x'; for (;;) { text += text; text.charCodeAt(0) }`],
  [
    'an error',
    `setTimeout(() => { throw new Error('x'.repeat(1e8)) }); await new Promise(() => {})`,
  ],
])('a script that fills its heap with %s ends, and the workbench does not', async (_, bad) => {
  const { notices, call } = await startPatient(unless(bad))
  await expect(call('bad')).rejects.toThrow(/memory/)
  expect(await call('ok')).toMatchObject([{ do: 'reply' }])
  expect(notices).toEqual([expect.stringMatching(/^a\.mjs was started again: .*memory/)])
})

it('a script that keeps more and more buffers is started again, and says why', async () => {
  const { call, notices } = await startPatient(
    `const all = []
    export default (message) => {
      if (message.toString() === 'ok') return 'ok'
      for (let i = 0; i < 10; i++) all.push(Buffer.alloc(1e6, 1))
    }`,
  )
  for (let number = 0; number < 60; number++) await call('keep this').catch(() => undefined)
  while (notices.length === 0) await call('ok').catch(() => undefined)
  expect(notices).toEqual([
    expect.stringMatching(
      /^a\.mjs was started again: its memory is \d+ bytes, .* at most 536870912 are allowed$/,
    ),
  ])
  expect(await call('ok')).toMatchObject([{ do: 'reply' }])
})

it('a loop that fills buffers is ended by the memory of its process', async () => {
  const { call, notices } = await startPatient(
    unless(`const all = []
      while (all.length < 100) all.push(Buffer.alloc(8e6, 1))
      for (;;);`),
  )
  await expect(call('bad')).rejects.toThrow(
    /^its memory is \d+ bytes, .* at most 536870912 are allowed$/,
  )
  expect(await call('ok')).toMatchObject([{ do: 'reply' }])
  expect(notices).toEqual([expect.stringMatching(/^a\.mjs was started again: its memory is/)])
})

it('more messages than may wait are refused with their number, and the others are not lost', async () => {
  const code = `export default async (message) => { await null; return message }`
  const url = pathToFileURL(join(createFolder({ 'a.mjs': code }), 'a.mjs')).href
  const script = await Script.start({
    name: 'a.mjs',
    limit: 3_600_000,
    allow: () => Promise.resolve({ url }),
    noticed: () => undefined,
  })
  onTestFinished(() => script.close())
  const connection = { id: 1, local: '', remote: '', session: '' }
  const calls = Array.from({ length: 1_100 }, () => script.call(Buffer.from('x'), connection))
  const ends = await Promise.allSettled(calls)
  expect(ends.filter(({ status }) => status === 'fulfilled').length).toBe(64 + 1_024)
  expect(ends.at(-1)).toMatchObject({ reason: { message: '1024 messages wait for it already' } })
  const large = Buffer.alloc(9 * 1024 * 1024)
  const many = Array.from({ length: 66 }, () => script.call(Buffer.from('x'), connection))
  const big = await Promise.allSettled([
    script.call(large, connection),
    script.call(large, connection),
  ])
  expect(big.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  await Promise.all(many)
  script.close()
  await expect(script.call(large, connection)).rejects.toThrow('the session was stopped')
})

it('one that breaks again and again is switched off, and says so', async () => {
  const { client, list, responded, notices, until } = await converse(unless(`process.exit(1)`))
  for (let count = 0; count < 8; count++) await client.send('bad')
  await expect.poll(async () => (await responded()).length, patience).toBe(8)
  expect(notices.filter((text) => text.includes('was started again')).length).toBe(5)
  expect(notices.filter((text) => text.includes('was switched off')).length).toBe(1)
  expect((await responded()).at(-1)).toMatchObject({
    error: 'it broke 6 times in a minute: mend it, and start the session again',
  })
  await list.restart(1)
  await until(1, ({ state }) => state === 'running')
})

it.each([
  [
    'has no function',
    `export const x = 1`,
    /it exports no function: write export default function/,
  ],
  ['does not parse', `export default (`, /Unexpected/],
  ['throws as it is loaded', `throw new Error('not today')`, /not today/],
  ['ends as it is loaded', `process.exit(0)`, /it ended its thread, with exit code 0/],
  ['loads what is not there', `import './none.js'`, /none\.js/],
])('a script that %s: its session does not start, and says why', async (_, code, why) => {
  const { openProject } = await import('../support/project.js')
  const { project, list } = await openProject({
    'servers/s.json': { name: 's', listen: '127.0.0.1:0', script: 'a.js' },
    'responders/a.js': code,
  })
  await project.trust(project.state.code?.hash ?? '')
  await list.restart(1)
  expect(list.all[0]).toMatchObject({ state: 'failed', error: expect.stringMatching(why) })
})

it('a connection that goes while a script thinks is no failure', async () => {
  const { open, responded, ask, list, until } = await converse(`
    let go = () => {}
    export default (message) => {
      if (message.toString() === 'bad') return new Promise((done) => { go = () => done('late') })
      go()
      return 'ok'
    }`)
  const other = await open()
  await other.send('bad')
  await expect.poll(() => list.all[0]?.bytesRead, patience).toBe(4)
  other.reset()
  await until(1, ({ connections }) => connections === 1)
  expect(await ask('ok')).toBe('ok')
  expect((await responded()).map((event) => event['act'])).toEqual(['reply'])
  await list.stop(1)
})

it('code that never comes to its end, and says again and again that it begins, is given up', async () => {
  const code = `import { parentPort } from 'node:worker_threads'
    const never = new Int32Array(new SharedArrayBuffer(4))
    for (;;) {
      parentPort.postMessage({ loading: true })
      Atomics.wait(never, 0, 0, 500)
    }`
  const url = pathToFileURL(join(createFolder({ 'a.mjs': code }), 'a.mjs')).href
  const started = Script.start({
    name: 'a.mjs',
    allow: () => Promise.resolve({ url }),
    noticed: () => undefined,
  })
  await expect(started).rejects.toThrow('loading it took longer than 10000 ms')
}, 120_000)
