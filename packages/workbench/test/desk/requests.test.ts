import type { SessionLog } from 'hawser/log'
import { expect, it, onTestFinished } from 'vitest'
import { Desk } from '../../src/desk/desk.js'
import { WorkbenchError } from '../../src/workbench-error.js'
import { DeskTest, FakePage } from '../support/desk.js'
import { plainTools } from '../support/tools.js'

it('a page says hello, and learns what there is', async () => {
  const test = await DeskTest.create()
  const reply = await test.ask(test.open(), { do: 'hello' })
  expect(reply).toMatchObject({ value: { version: '1.2.3', sessions: [] } })
})

it('a page that opens when the log has stopped is told so', async () => {
  const test = await DeskTest.create()
  const stopped = { info: () => ({ error: new Error('the log has stopped: the disk is full') }) }
  const page = new FakePage()
  const { sessions, runs, saved, sheet, file } = test
  const log = stopped as unknown as SessionLog
  const room = { tools: plainTools, sessions, runs, saved, sheet, log, file, project: undefined }
  const desk = new Desk(page, room)
  onTestFinished(() => desk.close())
  expect(page.pushes('notice')).toEqual([
    { push: 'notice', level: 'error', text: 'the log has stopped: the disk is full' },
  ])
  const fine = test.open()
  expect(fine.page.pushes('notice')).toEqual([])
})

it('each request is replied to with its number, in the order in which they are done', async () => {
  const test = await DeskTest.create()
  let finish = (): void => undefined
  test.sessions.stop = () => new Promise((resolve) => (finish = resolve))
  const { page, desk } = test.open()
  const slow = test.say(desk, { do: 'stop', session: 1 })
  const fast = test.say(desk, { do: 'copy', session: 1, as: 'code' })
  expect(await page.reply(fast)).toMatchObject({ value: { text: 'code of 1' } })
  finish()
  expect(await page.reply(slow)).toEqual({ id: slow, value: null })
})

it('bytes that are sent arrive as they are', async () => {
  const test = await DeskTest.create()
  const sent: unknown[] = []
  test.sessions.send = (session, bytes, to) => {
    sent.push(session, [...bytes], to)
    return Promise.resolve(2)
  }
  const bytes = Buffer.from([0, 255, 128]).toString('base64')
  const reply = await test.ask(test.open(), { do: 'send', session: 7, bytes, to: [1, 2] })
  expect(reply).toMatchObject({ value: { recipients: 2 } })
  expect(sent).toEqual([7, [0, 255, 128], [1, 2]])
})

it('a refusal is said with its code', async () => {
  const test = await DeskTest.create()
  test.sessions.start = () => Promise.reject(new WorkbenchError('WORKBENCH_NOT_NOW', 'no more'))
  const definition = { kind: 'server', name: 'a', listen: '8000' } as const
  const reply = await test.ask(test.open(), { do: 'start', definition })
  expect(reply).toMatchObject({ error: { code: 'WORKBENCH_NOT_NOW', message: 'no more' } })
})

it('what was not foreseen is said with a code and without a stack', async () => {
  const test = await DeskTest.create()
  test.sessions.act = () => {
    throw new TypeError('x is not a function')
  }
  test.sessions.limit = () => {
    throw Object.assign(new Error('too many files'), { code: 'EMFILE' })
  }
  test.sessions.copy = () => {
    throw 'a text' as unknown as Error
  }
  const both = test.open()
  const act = await test.ask(both, { do: 'act', session: 1, connection: 1, act: 'reset' })
  expect(act).toMatchObject({
    error: { code: 'WORKBENCH_FAILED', message: 'x is not a function' },
  })
  expect(JSON.stringify(act)).not.toContain('desk')
  const limit = await test.ask(both, { do: 'limit', session: 1, maxConnections: 1 })
  expect(limit).toMatchObject({ error: { code: 'EMFILE', message: 'too many files' } })
  const copy = await test.ask(both, { do: 'copy', session: 1, as: 'code' })
  expect(copy).toMatchObject({ error: { code: 'WORKBENCH_FAILED', message: 'a text' } })
})

it('a line that the command does not take is refused with what to write', async () => {
  const test = await DeskTest.create()
  const reply = await test.ask(test.open(), { do: 'parse', line: 'rm' })
  expect(reply).toMatchObject({
    error: { code: 'WORKBENCH_INVALID', message: 'rm is no command: write hawser serve 8000' },
  })
})

it.each(['', '{', 'null', '[]', '"hello"', '{"do":"hello"}', '{"id":-1,"do":"hello"}', '\u0000'])(
  'what is no request is said to be, and the page stays: %j',
  async (said) => {
    const test = await DeskTest.create()
    const both = test.open()
    both.desk.receive(said)
    const notice = await both.page.next(
      () => both.page.pushes('notice')[0] ?? both.page.got.find((reply) => 'error' in reply),
    )
    expect(notice).toBeDefined()
    expect(await test.ask(both, { do: 'hello' })).toHaveProperty('value')
  },
)

it('a request with a word too many, or an unknown one, is refused by its number', async () => {
  const test = await DeskTest.create()
  const { page, desk } = test.open()
  desk.receive('{"id":5,"do":"stop","session":1,"force":true}')
  desk.receive('{"id":6,"do":"format-disk"}')
  desk.receive('{"id":7,"do":"rows","view":1,"from":0,"count":513}')
  for (const id of [5, 6, 7]) {
    expect(await page.reply(id)).toMatchObject({ error: { code: 'WORKBENCH_INVALID' } })
  }
})

it('junk that comes a thousand times is not replied to a thousand times', async () => {
  const test = await DeskTest.create()
  const { page, desk } = test.open()
  for (let count = 0; count < 1_000; count++) desk.receive('junk')
  await page.next(() => page.pushes('notice')[0])
  expect(page.pushes('notice')).toHaveLength(10 + 1)
})

it('a page has 64 requests under way at most, and may go on when one is done', async () => {
  const test = await DeskTest.create()
  const finish: (() => void)[] = []
  test.sessions.stop = () => new Promise((resolve) => finish.push(resolve))
  const both = test.open()
  for (let count = 0; count < 64; count++) test.say(both.desk, { do: 'stop', session: 1 })
  const refused = await test.ask(both, { do: 'stop', session: 1 })
  expect(refused).toMatchObject({ error: { code: 'WORKBENCH_NOT_NOW' } })
  finish.shift()?.()
  await both.page.reply(1)
  const next = test.say(both.desk, { do: 'stop', session: 1 })
  for (const end of finish) end()
  expect(await both.page.reply(next)).toHaveProperty('value')
})

it('messages for a peer that does not read leave room for what ends it', async () => {
  const test = await DeskTest.create()
  const finish: (() => void)[] = []
  test.sessions.send = () => new Promise((resolve) => finish.push(() => resolve(1)))
  const both = test.open()
  const send = { do: 'send', session: 1, bytes: '' } as const
  for (let count = 0; count < 100; count++) test.say(both.desk, send)
  expect(finish).toHaveLength(32)
  expect(await test.ask(both, send)).toMatchObject({
    error: { code: 'WORKBENCH_NOT_NOW', message: expect.stringContaining('does not read') },
  })
  expect(await test.ask(both, { do: 'stop', session: 1 })).toHaveProperty('value')
  for (const end of finish) end()
  expect(await both.page.reply(32)).toHaveProperty('value')
  const next = test.say(both.desk, send)
  finish.at(-1)?.()
  expect(await both.page.reply(next)).toHaveProperty('value')
})

it('a number that is under way is not taken a second time', async () => {
  const test = await DeskTest.create()
  const finish: (() => void)[] = []
  test.sessions.stop = () => new Promise((resolve) => finish.push(resolve))
  const { page, desk } = test.open()
  for (let count = 0; count < 2; count++) desk.receive('{"id":9,"do":"stop","session":1}')
  expect(await page.reply(9)).toMatchObject({ error: { code: 'WORKBENCH_INVALID' } })
  expect(finish).toHaveLength(1)
})

it('a request that takes long can be given up', async () => {
  const test = await DeskTest.create()
  const both = test.open()
  for (let count = 0; count < 100; count++) test.log.event({ event: 'note', text: 'x' })
  await test.log.flush()
  await test.ask(both, { do: 'open-view', view: 1, filter: {} })
  both.page.isFull = true
  const id = test.say(both.desk, { do: 'rows', view: 1, from: 0, count: 10 })
  await test.ask(both, { do: 'cancel', request: id })
  both.page.makeRoom()
  expect(await both.page.reply(id)).toMatchObject({ error: { code: 'WORKBENCH_NOT_NOW' } })
  expect(both.page.frames).toEqual([])
})

it('giving up what is not under way does nothing', async () => {
  const test = await DeskTest.create()
  expect(await test.ask(test.open(), { do: 'cancel', request: 99 })).toMatchObject({ value: null })
})

it('of many connections a bounded number is described', async () => {
  const test = await DeskTest.create()
  let asked = 0
  test.sessions.connections = (_, most) => {
    asked = most
    return { all: 0, connections: [] }
  }
  await test.ask(test.open(), { do: 'connections', session: 1, most: 1e9 })
  expect(asked).toBe(4_096)
})

it('a page that has gone gets nothing, and what it waited for is given up', async () => {
  const test = await DeskTest.create()
  let finish = (): void => undefined
  test.sessions.stop = () => new Promise((resolve) => (finish = resolve))
  const { page, desk } = test.open()
  test.say(desk, { do: 'stop', session: 1 })
  desk.close()
  finish()
  desk.receive('{"id":3,"do":"hello"}')
  test.sessions.changed()
  await new Promise(setImmediate)
  expect(page.got).toEqual([])
  expect(test.sessions.listeners.size).toBe(0)
})
