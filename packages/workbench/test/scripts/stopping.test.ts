import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { Script } from '../../src/scripts/script.js'
import { createList } from '../support/sessions.js'

it('a script that is loaded for ever is given up at once', async () => {
  const folder = createFolder({ 'a.mjs': `console.log('begun'); for (;;);` })
  const url = pathToFileURL(join(folder, 'a.mjs')).href
  const over = new AbortController()
  const options = { name: 'a.mjs', allow: () => Promise.resolve(url) }
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
