import { expect, it } from 'vitest'
import { DeskTest } from '../support/desk.js'

const bytes = Buffer.from('x').toString('base64')

it('a page begins a repeat, sees how it is, and another page ends it', async () => {
  const test = await DeskTest.create()
  const first = test.open()
  const reply = await test.ask(first, { do: 'repeat', session: 1, bytes, every: 3_600_000 })
  expect(reply).toMatchObject({ value: { run: 1 } })
  await first.page.next(() =>
    first.page.pushes('runs').find(({ runs }) => runs[0]?.sent === 1 && runs[0].of === null),
  )
  first.desk.close()
  const second = test.open()
  expect(await test.ask(second, { do: 'hello' })).toMatchObject({
    value: { runs: [{ id: 1, state: 'running', sent: 1 }] },
  })
  await test.ask(second, { do: 'end-run', run: 1 })
  await second.page.next(() =>
    second.page.pushes('runs').find(({ runs }) => runs[0]?.state === 'stopped'),
  )
  await test.ask(second, { do: 'end-run', run: 1 })
  await second.page.next(() => second.page.pushes('runs').find(({ runs }) => runs.length === 0))
  expect(await test.ask(second, { do: 'end-run', run: 1 })).toMatchObject({
    error: { code: 'WORKBENCH_NOT_FOUND' },
  })
})

it('messages are kept, and played by a sequence', async () => {
  const test = await DeskTest.create()
  const both = test.open()
  await test.ask(both, { do: 'keep-message', message: { name: 'a', text: 'x' } })
  const sequence = { name: 's', steps: [{ do: 'send' as const, message: 'a' }] }
  await test.ask(both, { do: 'keep-sequence', sequence })
  await both.page.next(() =>
    both.page.pushes('saved').find(({ saved }) => saved.sequences.length === 1),
  )
  expect(await test.ask(both, { do: 'play', session: 1, sequence })).toMatchObject({
    value: { run: 1 },
  })
  await both.page.next(() => both.page.pushes('runs').find(({ runs }) => runs[0]?.state === 'done'))
  await test.ask(both, { do: 'move-saved', kind: 'message', name: 'a', to: 0 })
  await test.ask(both, { do: 'forget-saved', kind: 'message', name: 'a' })
  expect(await test.ask(both, { do: 'hello' })).toMatchObject({
    value: { saved: { messages: [], sequences: [sequence] } },
  })
  expect(await test.ask(both, { do: 'play', session: 1, sequence })).toMatchObject({
    error: { code: 'WORKBENCH_INVALID', message: expect.stringMatching(/step 1.*no message a/) },
  })
})

it.each([
  [{ every: 0 }, /1 ms or more/],
  [{ every: 1, times: 0 }, /times/],
  [{ every: 86_400_001 }, /a day at most/],
])('a repeat that cannot be meant is refused: %j', async (more, message) => {
  const test = await DeskTest.create()
  const reply = await test.ask(test.open(), { do: 'repeat', session: 1, bytes, ...more } as never)
  expect(reply).toMatchObject({
    error: { code: 'WORKBENCH_INVALID', message: expect.stringMatching(message) },
  })
})
