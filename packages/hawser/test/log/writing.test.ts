import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { type LogEvent, rowFlags } from 'hawser/log'
import { VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { openLog } from './support/open-log.js'
import { bytesOf, eventsOf, parseLog } from './support/parse-log.js'

const ends = {
  localAddress: '127.0.0.1',
  localPort: 8000,
  remoteAddress: '192.0.2.7',
  remotePort: 40001,
}

it('a conversation is in the file, in order, with both ends and how it closed', async () => {
  const { log, file } = await openLog()
  const before = Date.now()
  const connection = log.open(ends, { side: 'server' })
  connection.in(Buffer.from('ping\n'))
  connection.out(Buffer.from('pong\n'), rowFlags.tls | rowFlags.changed)
  connection.event({ event: 'note', text: 'paid' })
  connection.in(Buffer.from('bye\n'))
  connection.close({ reason: 'ended' })
  await log.close()
  const { rows } = parseLog(file)
  expect(rows.map((row) => [row.kind, row.flags, row.position, row.back])).toEqual([
    [3, 0, 0, 0],
    [1, 0, 0, 0],
    [2, 5, 0, 0],
    [3, 0, rows[0]!.data.length, 3],
    [1, 0, 5, 3],
    [3, 0, rows[0]!.data.length + rows[3]!.data.length, 2],
  ])
  expect(bytesOf(rows, 1, 1).toString()).toBe('ping\nbye\n')
  expect(eventsOf(rows, 1)).toEqual([
    { event: 'open', side: 'server', ...ends },
    { event: 'note', text: 'paid' },
    { event: 'close', reason: 'ended' },
  ])
  for (const { time } of rows) {
    expect(time).toBeGreaterThan(before - 1_000)
    expect(time).toBeLessThan(Date.now() + 1_000)
  }
})

it('is a file for its owner alone, and its lock goes with it', async () => {
  const { log, file } = await openLog()
  log.event({ event: 'note' })
  await log.flush()
  expect(statSync(file).mode & 0o777).toBe(process.platform === 'win32' ? 0o666 : 0o600)
  expect(existsSync(`${file}.lock`)).toBe(true)
  await log.close()
  expect(readdirSync(dirname(file))).toEqual(['session.hawser'])
})

it('bytes are copied: the buffer may be used again at once', async () => {
  const { log, file } = await openLog()
  const connection = log.open()
  const bytes = Buffer.from('first')
  connection.in(bytes)
  bytes.fill('x')
  await log.close()
  expect(bytesOf(parseLog(file).rows, 1, 1).toString()).toBe('first')
})

it('what is larger than a block is in several rows, whose positions follow each other', async () => {
  const { log, file } = await openLog()
  const large = Buffer.alloc(2_500_000, 'abcdefg')
  const connection = log.open()
  connection.out(large)
  connection.out(Buffer.from('end'))
  await log.close()
  const { rows } = parseLog(file)
  expect(bytesOf(rows, 1, 2).equals(Buffer.concat([large, Buffer.from('end')]))).toBe(true)
  const out = rows.filter((row) => row.kind === 2)
  expect(out.map((row) => row.position)).toEqual([0, 1_048_576, 2_097_152, 2_500_000])
})

it('rows are in the file 50 ms later, in one block, and a timer keeps no process alive', async () => {
  const clock = new VirtualClock()
  const { log, file } = await openLog({ clock })
  const connection = log.open()
  for (let index = 0; index < 1_000; index++) connection.in(Buffer.from('line\n'))
  expect(parseLog(file).rows).toEqual([])
  await clock.advance(49)
  expect(log.info().bytesWritten).toBe(0)
  await clock.advance(1)
  await log.flush()
  expect(parseLog(file)).toMatchObject({ blocks: 1, rows: { length: 1_001 } })
})

it('8,192 rows are a block, whatever the time', async () => {
  const { log, file } = await openLog({ clock: new VirtualClock() })
  const connection = log.open()
  for (let index = 0; index < 8_192; index++) connection.in(Buffer.from('x'))
  await log.close()
  expect(parseLog(file)).toMatchObject({ blocks: 2, rows: { length: 8_193 } })
})

describe('never throws', () => {
  const circular: Record<string, unknown> = { event: 'loop' }
  circular['self'] = circular
  it.each([
    ['that refers to itself', circular],
    ['with a bigint', { event: 'big', value: 5n }],
    [
      'whose toJSON throws',
      {
        event: 'bad',
        toJSON() {
          throw new Error('no')
        },
      },
    ],
    ['of 65 KiB', { event: 'long', text: 'x'.repeat(65 * 1024) }],
  ])('for an event %s, which is a note in its place', async (_name, event) => {
    const { log, file } = await openLog()
    log.event(event as LogEvent)
    await log.close()
    const [written] = eventsOf(parseLog(file).rows, 0) as [LogEvent]
    expect(written.event).toBe('note')
    expect(written['text']).toMatch(/^an event .*left out/)
  })

  it('when it is closed: what comes then is left out', async () => {
    const { log, file } = await openLog()
    const connection = log.open()
    connection.close()
    connection.in(Buffer.from('late'))
    connection.close()
    await Promise.all([log.close(), log.close()])
    const late = log.open()
    late.in(Buffer.from('later'))
    late.close()
    log.event({ event: 'note' })
    await log.flush()
    expect(parseLog(file).rows).toHaveLength(2)
  })
})

it('while a disk hangs, connections that come and go without being logged take no memory', async () => {
  const { log, file } = await openLog({ memory: 4 * 1024 * 1024 })
  const piece = Buffer.alloc(64 * 1024, 'x')
  // In one turn, so that nothing can be written in between.
  for (let index = 0; index < 100; index++) log.open().in(piece)
  for (let index = 0; index < 12_000; index++) log.open().close()
  const { lostRows } = log.info()
  await log.close()
  const { rows } = parseLog(file)
  const lost = rows.filter((row) => row.kind === 4)
  expect(lost).toHaveLength(10_001)
  const counts = lost.map((row) => (JSON.parse(row.data.toString()) as { rows: number }).rows)
  expect(counts.reduce((sum, count) => sum + count)).toBe(lostRows)
  expect(lost.at(-1)?.connection).toBe(0)
})

it('a disk that is too slow costs rows, and not memory; the log says which', async () => {
  const { log, file } = await openLog({ memory: 4 * 1024 * 1024 })
  const piece = Buffer.alloc(64 * 1024, 'x')
  const [first, second] = [log.open(), log.open()]
  // In one turn, so that nothing can be written in between.
  for (let index = 0; index < 200; index++) first.in(piece)
  second.out(Buffer.from('lost as well'))
  const { lostRows, lostBytes, memory } = log.info()
  expect(memory).toBeLessThanOrEqual(4 * 1024 * 1024)
  expect(lostRows).toBeGreaterThan(100)
  expect(lostBytes).toBe((lostRows - 1) * piece.length + 12)
  await log.flush()
  first.in(Buffer.from('after'))
  await log.close()
  const { rows } = parseLog(file)
  expect(eventsOf(rows, 1).slice(1)).toEqual([
    { event: 'lost', rows: lostRows - 1, in: lostBytes - 12, out: 0 },
  ])
  expect(eventsOf(rows, 2).at(-1)).toEqual({ event: 'lost', rows: 1, in: 0, out: 12 })
  const received = rows.filter((row) => row.connection === 1 && row.kind === 1)
  // The gap in the positions says how much is missing, and where.
  expect(received.at(-1)?.position).toBe(200 * piece.length)
  expect(received.at(-2)?.position).toBe((200 - lostRows) * piece.length)
})
