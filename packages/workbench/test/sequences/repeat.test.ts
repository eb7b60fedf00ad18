import { expect, it } from 'vitest'
import { createRuns } from '../support/runs.js'
import { settle } from '../support/scripted-target.js'

it('a message is sent at once and then every so often, as many times as is wanted', async () => {
  const { clock, target, repeat, runs, events } = createRuns()
  const id = repeat(1_000, 3)
  await settle()
  expect(target.sent).toEqual(['x'])
  await clock.pass(999)
  expect(target.sent).toHaveLength(1)
  await clock.pass(1)
  expect(target.sent).toHaveLength(2)
  expect(runs.all).toMatchObject([{ id, state: 'running', sent: 2, of: 3, every: 1_000 }])
  await clock.pass(1_000)
  expect(await runs.ended(id)).toMatchObject({ state: 'done', sent: 3, behind: 0 })
  await clock.pass(10_000)
  expect(target.sent).toHaveLength(3)
  expect(events).toEqual([
    { event: 'repeat', session: 1, name: '', state: 'begun', every: 1_000, times: 3 },
    { event: 'repeat', session: 1, name: '', state: 'done', sent: 3 },
  ])
})

it('the pace is kept where timers are late, and nothing is left out', async () => {
  const { clock, target, repeat, runs } = createRuns()
  const id = repeat(10, 11)
  // Each look at the clock is late: ten times as late as it should be.
  await clock.pass(100)
  expect(await runs.ended(id)).toMatchObject({ sent: 11, behind: 0 })
  expect(target.sent).toHaveLength(11)
})

it('a connection that takes nothing is waited for, and what was due meanwhile is left out', async () => {
  const { clock, target, repeat, state, runs } = createRuns()
  const id = repeat(1_000)
  await settle()
  target.isFull = true
  await clock.pass(1_000)
  await clock.pass(5_500)
  expect(target.sent).toHaveLength(2)
  target.takeAll()
  await clock.pass(0)
  // Of those at 2, 3, 4, 5 and 6 s, the one that is sent now is the only one.
  expect(target.sent).toHaveLength(3)
  expect(state(id)).toMatchObject({ sent: 3, behind: 4, state: 'running' })
  await clock.pass(500)
  expect(target.sent).toHaveLength(4)
  runs.end(id)
  expect(await runs.ended(id)).toMatchObject({ state: 'stopped', sent: 4, error: undefined })
})

it('one that waits for a connection says so', async () => {
  const { clock, target, repeat, state, runs } = createRuns()
  let told = 0
  runs.watch(() => void told++)
  target.isFull = true
  const id = repeat(1_000)
  await clock.pass(249)
  expect(state(id)).toMatchObject({ isWaiting: false, sent: 0 })
  const before = told
  await clock.pass(1)
  expect(state(id)).toMatchObject({ isWaiting: true })
  expect(told).toBeGreaterThan(before)
  target.takeAll()
  await settle()
  expect(state(id)).toMatchObject({ isWaiting: false, sent: 1 })
  runs.end(id)
})

it('one that waits for a connection is stopped at once', async () => {
  const { target, repeat, runs } = createRuns()
  target.isFull = true
  const id = repeat(1)
  await settle()
  runs.end(id)
  expect(await runs.ended(id)).toMatchObject({ state: 'stopped', sent: 0 })
  target.takeAll()
  await settle()
  expect(target.sent).toHaveLength(1)
})

it('it ends when the last connection is closed, however long it is until the next message', async () => {
  const { target, repeat, runs, clock, events } = createRuns()
  target.open(2)
  const id = repeat(3_600_000)
  await settle()
  target.close(1)
  await settle()
  expect(runs.all).toMatchObject([{ state: 'running' }])
  target.close(2)
  const why = 'no connection is open any more'
  expect(await runs.ended(id)).toMatchObject({ state: 'stopped', error: why })
  expect(clock.next).toBeUndefined()
  expect(events.at(-1)).toMatchObject({ event: 'repeat', state: 'stopped', sent: 1, error: why })
})

it('it has failed when the message cannot be sent', async () => {
  const { target, repeat, runs } = createRuns()
  target.send = () => Promise.reject(new Error('the message is too large'))
  const error = 'the message is too large'
  expect(await runs.ended(repeat(1))).toMatchObject({ state: 'failed', sent: 0, error })
})

it('one that has no connection to send to is refused', () => {
  const { target, repeat, runs } = createRuns()
  target.close(1)
  expect(() => repeat(1)).toThrow(expect.objectContaining({ code: 'WORKBENCH_NOT_NOW' }))
  expect(runs.all).toEqual([])
})

it('32 run at once, and those that are over are no matter', async () => {
  const { repeat, runs } = createRuns()
  const ids = Array.from({ length: 32 }, () => repeat(1_000))
  expect(() => repeat(1)).toThrow(expect.objectContaining({ code: 'WORKBENCH_NOT_NOW' }))
  for (const id of ids.slice(0, 20)) runs.end(id)
  await Promise.all(ids.slice(0, 20).map((id) => runs.ended(id)))
  repeat(1_000)
  // Of those that are over, the last eight are listed until they are forgotten.
  expect(runs.all.filter(({ state }) => state === 'stopped')).toHaveLength(8)
  runs.end(20)
  expect(runs.all.filter(({ state }) => state === 'stopped')).toHaveLength(7)
  expect(() => runs.end(20)).toThrow(expect.objectContaining({ code: 'WORKBENCH_NOT_FOUND' }))
})
