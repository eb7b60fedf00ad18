import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { Script } from '../../src/scripts/script.js'
import { createList } from '../support/sessions.js'

it('a script that is loaded for ever is given up at once', async () => {
  const folder = createFolder({ 'a.mjs': `console.log('begun'); for (;;);` })
  const url = pathToFileURL(join(folder, 'a.mjs')).href
  const over = new AbortController()
  const options = { name: 'a.mjs', allow: () => Promise.resolve({ url }) }
  const started = Script.start({ ...options, noticed: () => over.abort() }, over.signal)
  await expect(started).rejects.toThrow('the session was stopped')
  const never = Script.start({ ...options, noticed: () => undefined }, over.signal)
  await expect(never).rejects.toThrow('the session was stopped')
})

it('a session that is stopped does not wait for its script to be loaded', async () => {
  let isGivenUp = false
  const { list, until } = await createList(
    (_name, _noticed, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          isGivenUp = true
          reject(new Error('given up'))
        })
      }),
  )
  void list.start({ kind: 'server', name: 's', listen: '127.0.0.1:0', script: 'a.js' })
  await until(1, ({ state }) => state === 'starting')
  const stopped = list.stop(1)
  expect(isGivenUp).toBe(true)
  await stopped
  expect(list.all[0]).toMatchObject({ state: 'stopped', error: undefined })
})

it('what a connection said that is gone is not asked about, and nothing of it is kept', async () => {
  const folder = createFolder({
    'a.mjs': `export default async (message, connection) => {
      connection.count = (connection.count ?? 0) + 1
      await null
      return String(connection.count)
    }`,
  })
  const url = pathToFileURL(join(folder, 'a.mjs')).href
  const script = await Script.start({
    ...{ name: 'a.mjs', allow: () => Promise.resolve({ url }), noticed: () => undefined },
    limit: 3_600_000,
  })
  onTestFinished(() => script.close())
  const of = (id: number) => ({ id, local: '', remote: '', session: '' })
  const message = Buffer.alloc(1_000)
  // With it are 64 at once, and the others wait.
  const others = Array.from({ length: 64 }, () => script.call(message, of(1)))
  const waiting = Array.from({ length: 100 }, () => script.call(message, of(2)))
  const behind = script.call(message, of(3))
  script.forget(2)
  const ends = await Promise.allSettled(waiting)
  expect(ends.filter(({ status }) => status === 'fulfilled')).toEqual([])
  await Promise.all(others)
  const [count] = await script.call(message, of(2))
  expect(String(Buffer.from(count?.reply ?? []))).toBe('1')
  expect(await behind).toMatchObject([{ do: 'reply' }])
})
