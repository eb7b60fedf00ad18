import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { delimited, lengthPrefixed } from 'hawser'
import type { LoggedConnection } from 'hawser/log'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'
import { type FramingOf, MessageCutter } from '../../src/sheet/messages/message-cutter.js'
import type { Pattern } from '../../src/protocol/filter.js'
import { MessageIndex } from '../../src/sheet/messages/message-index.js'
import type { View } from '../../src/sheet/sheet.js'
import { viewFlags } from '../../src/protocol/rows-frame.js'
import { createBoth, has, readRows } from '../support/logs.js'

const text = (said: string): Uint8Array => new TextEncoder().encode(said)
const lines: FramingOf = () => Promise.resolve(delimited('\n'))

async function texts(view: View, from: number, count: number): Promise<string[]> {
  return (await readRows(view, from, count)).map((row) => row.text)
}

it('messages are shown whole, at the row that they end in, however they were cut', async () => {
  const { log, sheet, file } = await createBoth()
  const connection = log.open({}, { session: 1 })
  const view = await sheet.open(file, { kinds: ['in', 'out'] }, lines)
  for (const said of ['on', 'e\ntwo\nth', 're', 'e\n']) connection.in(text(said))
  connection.out(text('four\n'))
  await log.flush()
  await has(view, 4)
  expect(await texts(view, 0, 9)).toEqual(['one', 'two', 'three', 'four'])
  expect(await texts(view, 2, 1)).toEqual(['three'])
  const [one, two] = await readRows(view, 0, 2)
  expect([one?.number, two?.number]).toEqual([1, 2])

  // The rows of the log that they end in, and back.
  expect(view.locate(1).logRow).toBe(2)
  expect(view.locate(2, true)).toEqual({ place: 0, logRow: 2 })
  expect(view.locate(3, true)).toEqual({ place: 2, logRow: 4 })
})

it('messages are looked for and filtered by their own bytes', async () => {
  const { log, sheet, file } = await createBoth()
  const connection = log.open({}, { session: 1 })
  connection.in(text('al'))
  connection.in(text('ert\nno\nale'))
  connection.in(text('rt!\n'))
  await log.flush()
  const all = await sheet.open(file, {}, lines)
  await has(all, 4)
  const alert = { as: 'text', text: 'alert' } as const
  expect(await all.find(alert, 0, false)).toMatchObject({ place: 1, at: 0, length: 5 })
  expect(await all.find(alert, 2, false)).toMatchObject({ place: 3 })
  expect(await all.find({ as: 'text', text: 'alertno' }, 0, false)).toBeUndefined()
  const filtered = await sheet.open(file, { pattern: alert }, lines)
  await has(filtered, 2)
  expect(await texts(filtered, 0, 9)).toEqual(['alert', 'alert!'])
})

it('a regular expression is looked for in messages, and each of them by itself', async () => {
  const { log, sheet, file } = await createBoth()
  const connection = log.open({}, { session: 1 })
  connection.in(text('al'))
  connection.in(text('ert 1\nno\nale'))
  await log.flush()
  const regex = (source: string): Pattern => ({ as: 'regex', regex: source })
  const filtered = await sheet.open(file, { pattern: regex('^a.*[0-9]$') }, lines)
  await has(filtered, 1)
  connection.in(text('rt 2\nalert x\n'))
  await log.flush()
  await has(filtered, 2)
  expect(await texts(filtered, 0, 9)).toEqual(['alert 1', 'alert 2'])
  const all = await sheet.open(file, { kinds: ['in'] }, lines)
  await has(all, 4)
  expect(await all.find(regex('t [0-9]'), 1, false)).toMatchObject({ place: 2, at: 4, length: 3 })
  expect(await all.find(regex('t [0-9]'), 2, true)).toMatchObject({ place: 0 })
  expect(await all.find(regex('1.*no'), 0, false)).toBeUndefined()
  const hidden = await sheet.open(file, { kinds: ['in'], hide: [regex('^alert')] }, lines)
  await has(hidden, 1)
  expect(await texts(hidden, 0, 9)).toEqual(['no'])
  await expect(sheet.open(file, { pattern: regex('(') }, lines)).rejects.toMatchObject({
    code: 'WORKBENCH_INVALID',
  })
})

it('a message of many rows is read as they pass by, and not once more for each', async () => {
  const { log, sheet, file } = await createBoth()
  const connection = log.open({}, { session: 1 })
  const said = Array.from({ length: 400 }, (_, index) => `message ${index} of a long conversation`)
  for (const piece of `${said.join('\n')}\n`.match(/[^]{1,5}/g) ?? []) connection.in(text(piece))
  await log.flush()
  const view = await sheet.open(file, { kinds: ['in'] }, lines)
  await has(view, said.length)
  expect(await texts(view, 0, 512)).toEqual(said)
  expect(await texts(view, 399, 1)).toEqual(said.slice(399))
})

it('what has no framing, or does not follow it, is shown as it came', async () => {
  const { log, sheet, file } = await createBoth()
  const short: FramingOf = (session) =>
    session === 1 ? Promise.resolve(delimited('\n', { maxFrame: 4 })) : Promise.reject(new Error())
  const [ours, theirs] = [log.open({}, { session: 1 }), log.open({}, { session: 2 })]
  theirs.in(text('a\nb'))
  ours.in(text('ab\nmuch too long\ncd'))
  ours.in(text('ef\n'))
  await log.flush()
  const view = await sheet.open(file, { kinds: ['in'] }, short)
  await has(view, 4)
  expect(await texts(view, 0, 9)).toEqual(['a\nb', 'ab', 'much too long\ncd', 'ef'])
  const broken = (await readRows(view, 0, 9)).map(({ flags }) => flags & viewFlags.broken)
  expect(broken).toEqual([0, 0, viewFlags.broken, 0])
})

it('what had begun in rows before is shown with what does not follow the framing', async () => {
  const { log, sheet, file } = await createBoth()
  const short: FramingOf = () => Promise.resolve(delimited('\n', { maxFrame: 4 }))
  const connection = log.open({}, { session: 1 })
  for (const said of ['a\nbe', 'gun', ' and on\n', 'c\n']) connection.in(text(said))
  await log.flush()
  const view = await sheet.open(file, { kinds: ['in'] }, short)
  await has(view, 4)
  expect(await texts(view, 0, 9)).toEqual(['a', 'begun', ' and on\n', 'c'])
})

it('a message that never ended is shown when its connection closes, and says so', async () => {
  const { log, sheet, file } = await createBoth()
  const [ours, theirs] = [log.open({}, { session: 1 }), log.open({}, { session: 1 })]
  ours.in(text('whole\nbe'))
  theirs.in(text('theirs'))
  ours.in(text('gu'))
  ours.in(text('n'))
  ours.out(text('reply'))
  ours.close({ by: 'peer' })
  theirs.close()
  await log.flush()
  const view = await sheet.open(file, {}, lines)
  await has(view, 8)
  const rows = await readRows(view, 0, 9)
  const shown = rows.map(({ connection, kind, text: said, flags }) => {
    return kind === 3 ? 'event' : [connection, kind, said, flags]
  })
  const { incomplete } = viewFlags
  expect(shown).toEqual([
    ...['event', 'event', [1, 1, 'whole', 0]],
    ...[[1, 1, 'begun', incomplete], [1, 2, 'reply', incomplete], 'event'],
    ...[[2, 1, 'theirs', incomplete], 'event'],
  ])
  // Also when nothing before it is read.
  expect(await texts(view, 3, 1)).toEqual(['begun'])
  expect(view.locate(3).logRow).toBe(7)
})

it('where rows were lost, what had begun before them never became a message', async () => {
  const cutter = new MessageCutter(lines)
  const row = { time: 0, connection: 1, flags: 0, source: 0, back: 0, event: undefined }
  const opened = { event: 'open', session: 1 }
  const nothing = new Uint8Array()
  await cutter.cut({ ...row, number: 0, kind: 'event', position: 0, data: nothing, event: opened })
  await cutter.cut({ ...row, number: 1, kind: 'in', position: 0, data: text('begun') })
  const behind = { ...row, number: 5, kind: 'in', position: 9, data: text('on\n') } as const
  expect(await cutter.cut(behind)).toEqual([
    { is: 'rest', row: 5, end: 4, size: 5 },
    { is: 'message', row: 5, end: 3, size: 3 },
  ])
})

it('each connection has the framing with which it opened', async () => {
  const { log, sheet, file } = await createBoth()
  const framings: FramingOf = (_, { framing }) =>
    Promise.resolve(framing === 'lines' ? delimited('\n') : lengthPrefixed({ bytes: 1 }))
  const before = log.open({}, { session: 1, framing: 'lines' })
  const behind = log.open({}, { session: 1, framing: 'length:1' })
  before.in(text('a\n'))
  behind.in(text('\u0003a\nb'))
  await log.flush()
  const view = await sheet.open(file, { kinds: ['in'] }, framings)
  await has(view, 2)
  expect(await texts(view, 0, 9)).toEqual(['a', 'a\nb'])
})

describe('any messages, cut anywhere', () => {
  const said = fc.array(fc.tuple(fc.nat(2), fc.uint8Array({ maxLength: 20 })), { maxLength: 12 })
  const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 })

  it('come back as they were said', async () => {
    await fc.assert(
      fc.asyncProperty(said, cuts, async (messages, sizes) => {
        const { log, sheet, file } = await createBoth()
        const framing: FramingOf = () => Promise.resolve(lengthPrefixed({ bytes: 2 }))
        const ends = [0, 1, 2].map(() => log.open({}, { session: 1 }))
        writeCut(ends, messages, sizes)
        await log.flush()
        const view = await sheet.open(file, { kinds: ['in'] }, framing)
        await has(view, messages.length)
        const rows = await readRows(view, 0, 99)
        for (const [index, end] of ends.entries()) {
          const own = rows.filter((row) => row.connection === end.id).map((row) => row.text)
          const wanted = messages.filter(([of]) => of === index).map(([, bytes]) => bytes)
          expect(own).toEqual(wanted.map((bytes) => Buffer.from(bytes).toString('latin1')))
        }
        view.close()
      }),
      runs(100),
    )
  })
})

/** Each connection gets its messages in pieces; the pieces of all of them come by turns. */
function writeCut(
  ends: readonly LoggedConnection[],
  messages: readonly (readonly [number, Uint8Array])[],
  sizes: readonly number[],
): void {
  const streams = ends.map((_, index) =>
    Buffer.concat(
      messages
        .filter(([of]) => of === index)
        .map(([, bytes]) => Buffer.concat([Buffer.from([0, bytes.length]), bytes])),
    ),
  )
  for (let turn = 0; streams.some((stream) => stream.length > 0); turn++) {
    const index = turn % ends.length
    const size = sizes[turn % sizes.length] ?? 1
    const piece = streams[index]?.subarray(0, size) ?? Buffer.alloc(0)
    if (piece.length > 0) ends[index]?.in(piece)
    streams[index] = streams[index]?.subarray(piece.length) ?? Buffer.alloc(0)
  }
}

it('an index finds the first message of a row among many', () => {
  const index = new MessageIndex()
  for (let message = 0; message < 200_000; message++) {
    index.add({ is: 'message', row: Math.floor(message / 3) * 2, end: message, size: 1 })
  }
  expect(index.size).toBe(200_000)
  expect(index.at(70_000)).toEqual({ is: 'message', row: 46_666, end: 70_000, size: 1 })
  expect(index.firstFrom(46_666)).toBe(69_999)
  expect(index.firstFrom(46_667)).toBe(70_002)
  expect(index.firstFrom(1e9)).toBe(200_000)
  expect([index.at(-1), index.at(200_000)]).toEqual([undefined, undefined])
  const rest = { is: 'rest', row: 4_000_000_000, end: 7, size: 2 ** 30 - 1 } as const
  index.add(rest)
  expect(index.at(200_000)).toEqual(rest)
})
