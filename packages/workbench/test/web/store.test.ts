import { setImmediate as turn } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Definition } from '../../src/protocol/definition.js'
import type { ReplyValue } from '../../src/protocol/replies.js'
import type { RunState } from '../../src/protocol/run-state.js'
import type { SessionState } from '../../src/protocol/session-state.js'
import { createSettings } from '../../web/store/settings.js'
import { Store } from '../../web/store/store.js'
import { HeldBackend } from './held-backend.js'

const definition: Definition = { kind: 'server', name: 's', listen: '127.0.0.1:0' }

/** What the page is told when it comes, with sessions of these numbers. */
function hello(...ids: readonly number[]): ReplyValue<'hello'> {
  const sessions = ids.map((id) => ({ id, definition, log: 0 }) as SessionState)
  const saved = { messages: [], sequences: [] }
  return { version: '0', mayRun: false, project: undefined, sessions, runs: [], saved }
}

/** A page that is connected, with two sessions, the first of them shown. */
async function open() {
  vi.stubGlobal('setInterval', () => 0)
  onTestFinished(() => void vi.unstubAllGlobals())
  const backend = new HeldBackend()
  const storage = { getItem: () => null, setItem: () => undefined } as unknown as Storage
  const store = new Store(backend, createSettings(storage, []))
  store.sessions.value = hello(1, 2).sessions
  store.show(1)
  await turn()
  return { backend, store }
}

it('a session that is started is shown, unless one has gone to another one meanwhile', async () => {
  const { backend, store } = await open()
  const refused: string[] = []
  const start = () => store.start(definition, (why) => refused.push(why))
  const first = start()
  await backend.reply('start', { session: 3 })
  await backend.reply('hello', hello(1, 2, 3))
  expect([await first, store.shown.value]).toEqual([true, 3])

  const next = start()
  store.show(2)
  await backend.reply('start', { session: 4 })
  await backend.reply('hello', hello(1, 2, 3, 4))
  expect([await next, store.shown.value]).toEqual([true, 2])

  // That the one before is gone is no choice.
  const removed = store.remove(2)
  const last = start()
  await backend.reply('remove', null)
  await removed
  await backend.reply('start', { session: 5 })
  await backend.reply('hello', hello(1, 3, 4, 5))
  expect([await last, store.shown.value]).toEqual([true, 5])
  expect(refused).toEqual([])
})

it('a session that cannot be removed is still shown', async () => {
  const { backend, store } = await open()
  const removed = store.remove(1)
  await backend.refuse('remove')
  await removed
  expect(store.shown.value).toBe(1)
  expect(store.notices.shown.value).toMatchObject([{ text: 'remove was refused' }])
})

it('a session that is started anew twice at once is so once, until it is seen that it runs', async () => {
  const { backend, store } = await open()
  void store.acts.restart(1)
  void store.acts.restart(1)
  void store.acts.restart(2)
  expect(backend.asked('restart')).toEqual([{ session: 1 }, { session: 2 }])
  await backend.reply('restart', null)
  void store.acts.restart(1)
  expect(backend.asked('restart')).toEqual([{ session: 2 }])
  await backend.reply('hello', hello(1, 2))
  void store.acts.restart(1)
  expect(backend.asked('restart')).toEqual([{ session: 2 }, { session: 1 }])
})

it('a run that is stopped twice at once is stopped, and not forgotten as well', async () => {
  const { backend, store } = await open()
  const run = { id: 7, session: 1, state: 'running' } as RunState
  store.runs.take({ push: 'runs', runs: [run] })
  void store.runs.end(7)
  void store.runs.end(7)
  expect(backend.asked('end-run')).toEqual([{ run: 7 }])
  // One that could not be stopped can be stopped again.
  await backend.refuse('end-run')
  void store.runs.end(7)
  await backend.reply('end-run', null)
  void store.runs.end(7)
  expect(backend.asked('end-run')).toEqual([])
  store.runs.take({ push: 'runs', runs: [{ ...run, state: 'stopped' }] })
  void store.runs.end(7)
  expect(backend.asked('end-run')).toEqual([{ run: 7 }])
})

it('faults are set when the session has them: the next ones begin with those', async () => {
  const { backend, store } = await open()
  let isSet: boolean | undefined
  void store.acts.setFaults(1, ['delay:5']).then((value) => (isSet = value))
  await backend.reply('faults', null)
  expect(isSet).toBeUndefined()
  await backend.reply('hello', hello(1))
  expect([isSet, store.sessions.value.length]).toEqual([true, 1])
  void store.acts.setFaults(1, ['?']).then((value) => (isSet = value))
  await backend.refuse('faults')
  await backend.reply('hello', hello(1))
  expect(isSet).toBe(false)
})
