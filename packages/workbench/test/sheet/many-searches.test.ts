import { createHook } from 'node:async_hooks'
import { Worker } from 'node:worker_threads'
import { delimited } from 'hawser'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { FramingOf, View } from '../../src/sheet/sheet.js'
import { createBoth, has, readRows } from '../support/logs.js'

const lines: FramingOf = () => Promise.resolve(delimited('\n'))

/** Threads that were begun and ended since. */
function countThreads(): { begun: number; readonly ended: number } {
  const ended = vi.spyOn(Worker.prototype, 'terminate')
  const count = {
    begun: 0,
    get ended() {
      return ended.mock.calls.length
    },
  }
  const hook = createHook({
    init(_, type) {
      if (type === 'WORKER') count.begun++
    },
  }).enable()
  onTestFinished(() => {
    hook.disable()
    ended.mockRestore()
  })
  return count
}

async function textsOf(view: View): Promise<string[]> {
  return (await readRows(view, 0, 99)).map(({ text }) => text)
}

it('many views that search share two threads, which end with the last of them', async () => {
  const { log, sheet, file } = await createBoth()
  const threads = countThreads()
  const connection = log.open({}, { session: 1 })
  for (let number = 0; number < 40; number++) connection.in(Buffer.from(`${number}.\n`))
  await log.flush()
  const views = await Promise.all(
    Array.from({ length: 40 }, (_, number) => {
      const pattern = { as: 'regex', regex: `(^|\n)${number}\\.` } as const
      return sheet.open(file, { pattern }, number % 2 === 0 ? undefined : lines)
    }),
  )
  await Promise.all(views.map((view) => has(view, 1)))
  const found = await Promise.all(views.map(textsOf))
  expect(found.map(([text]) => text?.trim())).toEqual(views.map((_, number) => `${number}.`))
  for (let number = 0; number < 40; number++) connection.in(Buffer.from(`${number}.\n`))
  await log.flush()
  await Promise.all(views.map((view) => has(view, 2)))
  expect(threads).toMatchObject({ begun: 2, ended: 0 })
  const hit = await views[3]?.find({ as: 'text', text: '3.' }, 0, false)
  expect(hit).toMatchObject({ place: 0 })
  for (const view of views) view.close()
  expect(threads).toMatchObject({ begun: 2, ended: 2 })
})
