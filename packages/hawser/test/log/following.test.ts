import { truncateSync } from 'node:fs'
import { createLog, openLog as open, type LogReader } from 'hawser/log'
import { VirtualClock } from 'hawser/testing'
import { expect, it, onTestFinished } from 'vitest'
import { openLog } from './support/open-log.js'
import { show } from './support/read-rows.js'

/** A log that is followed with a clock of its own. */
async function follow(file: string): Promise<{ log: LogReader; clock: VirtualClock }> {
  const clock = new VirtualClock()
  const log = await open(file, { clock })
  onTestFinished(() => log.close())
  return { log, clock }
}

/** Lets the clock go on until a promise has settled. */
async function turn<Value>(clock: VirtualClock, promise: Promise<Value>): Promise<Value> {
  let isSettled = false
  void promise.catch(() => undefined).finally(() => (isSettled = true))
  while (!isSettled) {
    await clock.advance(100)
    await new Promise(setImmediate)
  }
  return promise
}

it('rows arrive as they are written, in the file that the log has been rotated to as well', async () => {
  const { log: writer, file } = await openLog({ rotate: 65_536 })
  const connection = writer.open()
  await writer.flush()
  const { log, clock } = await follow(file)
  const rows = log.follow()
  expect(show((await rows.next()).value!)).toBe('1 event open')
  for (let index = 0; index < 12; index++) {
    const next = rows.next()
    connection.in(Buffer.alloc(20_000, `${index}`))
    await writer.flush()
    const { value } = await turn(clock, next)
    expect([value?.number, value?.data.length]).toEqual([index + 1, 20_000])
  }
  expect(log.info().files).toHaveLength(4)
  await rows.return()
})

it('the last rows first, and no block before it is whole', async () => {
  const { log: writer, file } = await openLog()
  const connection = writer.open()
  for (const text of ['one', 'two', 'three']) connection.in(Buffer.from(text))
  await writer.flush()
  const { log, clock } = await follow(file)
  const rows = log.follow({ from: -1 })
  expect(show((await rows.next()).value!)).toBe('1 in three')
  const size = 64 + writer.info().bytesWritten
  connection.in(Buffer.from('four'))
  await writer.close()
  // As it is for a reader in the middle of a write.
  truncateSync(file, size + 70)
  let isThere = false
  const next = rows.next().finally(() => (isThere = true))
  for (let look = 0; look < 5; look++) {
    await clock.advance(100)
    await log.refresh()
  }
  expect([isThere, log.info().unread]).toEqual([false, 70])
  const again = await createLog(file)
  again.open().in(Buffer.from('five'))
  await again.close()
  expect(show((await turn(clock, next)).value!)).toBe('2 event open')
  expect(show((await rows.next()).value!)).toBe('2 in five')
  await rows.return()
})

it('a signal ends it while it waits', async () => {
  const { log: writer, file } = await openLog()
  await writer.flush()
  const { log, clock } = await follow(file)
  const controller = new AbortController()
  const next = log.follow({ signal: controller.signal }).next()
  await clock.advance(100)
  controller.abort()
  await expect(turn(clock, next)).rejects.toMatchObject({ code: 'HAWSER_ABORTED' })
})

it('a file that becomes shorter than what was read is an error', async () => {
  const { log: writer, file } = await openLog()
  writer.open().in(Buffer.from('gone'))
  await writer.close()
  const { log, clock } = await follow(file)
  const rows = log.follow({ from: Infinity, to: Infinity })
  await rows.return()
  truncateSync(file, 64)
  const next = log.follow({ from: -1 }).next()
  await expect(turn(clock, next)).rejects.toMatchObject({
    code: 'HAWSER_LOG_INVALID',
    message: expect.stringMatching(/is shorter than it was: 64 bytes, and \d+ were read/) as string,
  })
})

it('it ends at a row, if it is told to', async () => {
  const { log: writer, file } = await openLog()
  const connection = writer.open()
  connection.in(Buffer.from('one'))
  await writer.flush()
  const { log } = await follow(file)
  const numbers: number[] = []
  for await (const { number } of log.follow({ to: 2 })) numbers.push(number)
  expect(numbers).toEqual([0, 1])
})
