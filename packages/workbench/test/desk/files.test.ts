import { Buffer } from 'node:buffer'
import { join } from 'node:path'
import { createLog, type SessionLog } from 'hawser/log'
import { delimited, raw } from 'hawser'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { DeskTest } from '../support/desk.js'

/** A desk that looks at a file, in which a connection said this. */
async function openFile(details: object, said: readonly string[]) {
  const test = await DeskTest.create()
  const path = join(createFolder(), 'file.hawser')
  const log: SessionLog = await createLog(path)
  const connection = log.open({}, details as never)
  for (const each of said) connection.in(Buffer.from(each))
  await log.close()
  test.sessions.fileOf = () => path
  test.tools.loadFraming = (spelled) =>
    spelled === 'lines'
      ? Promise.resolve(delimited('\n'))
      : spelled === 'raw'
        ? Promise.resolve(raw())
        : Promise.reject(new Error(`${spelled} is no framing`))
  const both = test.open()
  /** How long each message is. */
  const lengths = async (view: number, framing?: string): Promise<readonly number[]> => {
    const chosen = framing === undefined ? {} : { framing }
    const asked = { do: 'open-view', view, filter: { kinds: ['in'] }, log: 5 } as const
    await test.ask(both, { ...asked, filter: { kinds: ['in'] }, messages: true, ...chosen })
    const count = framing === 'raw' ? said.length : 2
    await both.page.next(() =>
      both.page.pushes('view').find((push) => push.view === view && push.rows === count),
    )
    const reply = await test.ask(both, { do: 'rows', view, from: 0, count: 10 })
    return 'lengths' in reply ? reply.lengths : []
  }
  return { test, both, lengths }
}

const said = ['on', 'e\ntwo', '\n']

it('messages of a file are those of the framing that it says', async () => {
  const { lengths } = await openFile({ framing: 'lines', session: 3 }, said)
  expect(await lengths(1)).toEqual([3, 3])
  expect(await lengths(2, 'raw')).toEqual([2, 5, 1])
})

it('messages of a file that says none are those of the framing that is chosen', async () => {
  const { test, both, lengths } = await openFile({}, said)
  expect(await lengths(1, 'lines')).toEqual([3, 3])
  const asked = { do: 'open-view', view: 2, filter: {}, log: 5, messages: true } as const
  expect(await test.ask(both, { ...asked, framing: 'nonsense' })).toMatchObject({
    error: { code: 'WORKBENCH_INVALID', message: 'nonsense is no framing' },
  })
})
