import { expect, it } from 'vitest'
import type { ProgramDefinition } from '../../src/protocol/definition.js'
import { DeskTest } from '../support/desk.js'

const program: ProgramDefinition = { kind: 'program', name: 'a', command: ['node', 'app.js'] }
const watched: ProgramDefinition = { kind: 'program', name: 'a', pid: 4711 }

it('a page learns whether it may have programs run', async () => {
  const test = await DeskTest.create()
  expect(await test.ask(test.open(), { do: 'hello' })).toMatchObject({ value: { mayRun: false } })
  test.tools.mayRun = true
  expect(await test.ask(test.open(), { do: 'hello' })).toMatchObject({ value: { mayRun: true } })
})

it.each([
  ['start', { do: 'start', definition: program }],
  ['restart', { do: 'restart', session: 1, definition: program }],
] as const)('a page that may run no programs is refused by %s', async (_, request) => {
  const test = await DeskTest.create()
  let isStarted = false
  test.sessions.start = () => Promise.resolve(Number((isStarted = true)))
  test.sessions.restart = () => Promise.resolve(void (isStarted = true))
  expect(await test.ask(test.open(), request)).toMatchObject({
    error: {
      code: 'WORKBENCH_NOT_ALLOWED',
      message: expect.stringContaining('start it with hawser workbench --allow-run') as string,
    },
  })
  expect(isStarted).toBe(false)
  test.tools.mayRun = true
  expect(await test.ask(test.open(), request)).not.toHaveProperty('error')
  expect(isStarted).toBe(true)
})

it.each([
  [watched, 'WORKBENCH_NOT_ALLOWED', 'process 4711 would be sent SIGUSR1'],
  [{ ...watched, yes: false }, 'WORKBENCH_NOT_ALLOWED', 'process 4711 would be sent SIGUSR1'],
  [{ ...watched, yes: true, folder: '/' }, 'WORKBENCH_INVALID', 'leave the folder out'],
  [{ ...program, pid: 4711, yes: true }, 'WORKBENCH_INVALID', 'write one of them'],
  [{ kind: 'program', name: 'a' }, 'WORKBENCH_INVALID', 'write one of them'],
  [{ ...program, command: [] }, 'WORKBENCH_INVALID', 'write the program'],
  [{ ...program, command: ['a\0'] }, 'WORKBENCH_INVALID', 'no NUL'],
  [{ ...watched, yes: true, pid: -1 }, 'WORKBENCH_INVALID', 'pid'],
] as const)('%j is refused with %s', async (definition, code, message) => {
  const test = await DeskTest.create()
  test.tools.mayRun = true
  const asked = definition as ProgramDefinition
  expect(await test.ask(test.open(), { do: 'start', definition: asked })).toMatchObject({
    error: { code, message: expect.stringContaining(message) as string },
  })
})
