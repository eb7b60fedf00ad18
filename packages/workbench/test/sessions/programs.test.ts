import { expect, it } from 'vitest'
import type { ProgramDefinition } from '../../src/protocol/definition.js'
import type { ProgramAround } from '../../src/tools.js'
import { createList } from '../support/sessions.js'

const definition: ProgramDefinition = { kind: 'program', name: 'app', command: ['node', 'app.js'] }

/** A list that runs programs which do nothing but what the test says. */
async function createPrograms() {
  const started: ProgramAround[] = []
  let stops = 0
  const made = await createList(undefined, {
    startProgram: (_, around) => {
      started.push(around)
      return Promise.resolve({
        ...{ addresses: [], accepted: 3, refused: 0, bytesRead: 5, bytesWritten: 7 },
        connections: () => ({ all: 0, connections: [] }),
        stop: () => Promise.resolve(void (stops += 1)),
      })
    },
  })
  return { ...made, started, stops: () => stops }
}

it('a program that ends as it should is stopped, and how it ended is said', async () => {
  const { list, started, until, rows } = await createPrograms()
  const id = await list.start(definition)
  started[0]?.ended({ isFailure: false, text: 'it has ended with exit code 0' })
  const state = await until(id, (each) => each.state === 'stopped')
  expect(state).toMatchObject({ ended: 'it has ended with exit code 0', accepted: 3, bytesRead: 5 })
  expect(state.error).toBeUndefined()
  const notes = (await rows()).map(({ event }) => event?.['text'])
  expect(notes).toContain('it has ended with exit code 0')
  await list.restart(id)
  const again = await until(id, (each) => each.state === 'running')
  expect(again.ended).toBeUndefined()
  await list.stop(id)
  expect((await until(id, (each) => each.state === 'stopped')).ended).toBeUndefined()
})

it('a program that ends with a failure has failed, and is started anew', async () => {
  const { list, started, until, stops } = await createPrograms()
  const id = await list.start(definition)
  started[0]?.ended({ isFailure: true, text: 'it has ended with exit code 3' })
  const { error } = await until(id, (each) => each.state === 'failed')
  expect(error).toBe('it has ended with exit code 3')
  expect(stops()).toBe(1)
  await list.restart(id)
  await until(id, (each) => each.state === 'running')
  // What is said of the one before is no news.
  started[0]?.ended({ isFailure: true, text: 'late' })
  expect(list.all[0]?.state).toBe('running')
  expect(started).toHaveLength(2)
})

it('what needs a connection of our own is refused with a code', async () => {
  const { list } = await createPrograms()
  const id = await list.start(definition)
  const refusal = expect.objectContaining({ code: 'WORKBENCH_NOT_NOW' }) as Error
  for (const act of ['pause', 'resume', 'end', 'close', 'reset'] as const) {
    expect(() => list.act(id, 1, act)).toThrow(refusal)
  }
  expect(() => list.limit(id, 1)).toThrow(refusal)
  expect(() => list.setFaults(id, ['latency=1'])).toThrow(refusal)
  expect(() => list.setResponders(id, [])).toThrow(refusal)
  expect(() => list.target(id)).toThrow(refusal)
  await expect(list.send(id, Buffer.from('x'))).rejects.toEqual(refusal)
  await expect(list.setScript(id, 'a.js')).rejects.toEqual(refusal)
  expect(() => list.copy(id, 'code')).toThrow(refusal)
  expect(list.all[0]?.canSend).toBe(false)
})
