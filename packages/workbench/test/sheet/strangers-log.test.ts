import { delimited, raw } from 'hawser'
import type { LogEvent, LogRow } from 'hawser/log'
import { expect, it } from 'vitest'
import { findFramings } from '../../src/desk/framings.js'
import { type FramingOf, MessageCutter } from '../../src/sheet/messages/message-cutter.js'
import { DeskTest } from '../support/desk.js'

const mib = 1024 * 1024

function rowsOf() {
  const positions = new Map<number, number>()
  let number = -1
  const row = (connection: number): Omit<LogRow, 'kind' | 'data'> => {
    number++
    const position = positions.get(connection) ?? 0
    return { number, connection, position, time: 0, flags: 0, source: 0, back: 0, event: undefined }
  }
  return {
    opened: (connection: number, details: object = {}): LogRow => {
      const event: LogEvent = { event: 'open', ...details }
      return { ...row(connection), kind: 'event', data: Buffer.alloc(0), event }
    },
    said: (connection: number, data: Uint8Array): LogRow => {
      const said = { ...row(connection), kind: 'in' as const, data }
      positions.set(connection, said.position + data.length)
      return said
    },
  }
}

it('a log that names framing after framing has a few of them loaded', async () => {
  const test = await DeskTest.create()
  let loaded = 0
  test.tools.loadFraming = () => {
    loaded++
    return Promise.resolve(raw())
  }
  const framingOf = await findFramings(test, 1, undefined)
  for (let number = 0; number < 1_000; number++) {
    const framing = await framingOf(undefined, { event: 'open', framing: `length:${number}` })
    expect(framing === undefined).toBe(number >= 256)
  }
  expect(loaded).toBe(256)
  // Those that are there are used on.
  expect(await framingOf(undefined, { event: 'open', framing: 'length:7' })).toBeDefined()
  const long = { event: 'open', framing: 'x'.repeat(1_025) }
  expect(await framingOf(undefined, long)).toBeUndefined()
  expect(loaded).toBe(256)
})

it('messages that never end are given up where too much waits for their ends', async () => {
  const framing: FramingOf = () => Promise.resolve(delimited('\n', { maxFrame: 256 * mib }))
  const cutter = new MessageCutter(framing)
  const { opened, said } = rowsOf()
  const piece = Buffer.alloc(mib, 'x')
  for (let connection = 1; connection <= 69; connection++) {
    await cutter.cut(opened(connection))
    const places = await cutter.cut(said(connection, piece))
    // The oldest one first, at the row at which it is given up.
    if (connection !== 65) expect(places).toEqual([])
    else {
      expect(places.map(({ is, size }) => [is, size])).toEqual(
        Array.from({ length: 5 }, () => ['rest', mib]),
      )
    }
  }
  expect(await cutter.cut(said(69, Buffer.from('\n')))).toMatchObject([
    { is: 'message', size: mib + 1 },
  ])
  // What was given up begins anew.
  expect(await cutter.cut(said(1, Buffer.from('y\n')))).toMatchObject([{ is: 'message', size: 2 }])
})

it('one message that never ends is given up as well', async () => {
  const framing: FramingOf = () => Promise.resolve(delimited('\n', { maxFrame: 256 * mib }))
  const cutter = new MessageCutter(framing)
  const { opened, said } = rowsOf()
  await cutter.cut(opened(1))
  const given: number[] = []
  for (let number = 0; number < 130; number++) {
    for (const { size } of await cutter.cut(said(1, Buffer.alloc(mib, 'x')))) given.push(size)
  }
  expect(given).toEqual([65 * mib, 65 * mib])
})
