import { type LogRow, openLog as readLog } from 'hawser/log'
import { expect, it } from 'vitest'
import { openLog } from './support/open-log.js'

async function rowsOf(file: string): Promise<LogRow[]> {
  await using log = await readLog(file)
  return await collect(log.rows())
}

async function collect(rows: AsyncIterable<LogRow>): Promise<LogRow[]> {
  const all: LogRow[] = []
  for await (const row of rows) all.push(row)
  return all
}

it('what another process has seen has its times, and its number', async () => {
  const { log, file } = await openLog()
  const first = log.source({ pid: 4711 }, 1_000)
  const second = log.source({ pid: 4712 }, 1_001)
  expect([first, second]).toEqual([1, 2])
  const one = log.open({}, {}, { source: first, time: 2_000 })
  const two = log.open({}, {}, { source: second, time: 1_500 })
  one.in(Buffer.from('in'), 0, 2_001.5)
  one.out(Buffer.from('out'), 0, 2_002)
  two.event({ event: 'note' }, 1_501)
  one.close({}, 2_003)
  await log.close()
  const rows = await rowsOf(file)
  expect(
    rows.map(({ connection, source, time, kind }) => [connection, source, time, kind]),
  ).toEqual([
    [0, 0, 1_000, 'event'],
    [0, 0, 1_001, 'event'],
    [1, 1, 2_000, 'event'],
    [2, 2, 1_500, 'event'],
    [1, 1, 2_001.5, 'in'],
    [1, 1, 2_002, 'out'],
    [2, 2, 1_501, 'event'],
    [1, 1, 2_003, 'event'],
  ])
  expect(rows[1]!.event).toEqual({ event: 'source', source: 2, pid: 4712 })
  await using read = await readLog(file)
  const since = await collect(read.rows({ since: 1_501, until: 2_002 }))
  expect(since.map(({ time }) => time)).toEqual([2_000, 2_001.5, 1_501])
})

it.each([NaN, Infinity, -1])('the time %s is none: the row has that of now', async (time) => {
  const { log, file } = await openLog()
  const before = Date.now()
  log.open({}, {}, { time }).in(Buffer.from('x'), 0, time)
  await log.close()
  for (const row of await rowsOf(file)) {
    expect(row.time).toBeGreaterThan(before - 1_000)
    expect(row.time).toBeLessThan(Date.now() + 1_000)
  }
})

it('bytes that never came are counted where they are missing', async () => {
  const { log, file } = await openLog()
  const connection = log.open({}, {}, { source: 7 })
  connection.in(Buffer.from('abc'))
  connection.lost({ rows: 2, in: 100, out: 20 }, 5_000)
  connection.in(Buffer.from('def'))
  connection.out(Buffer.from('ghi'))
  connection.close()
  connection.lost({ rows: 1, in: 1, out: 1 })
  await log.close()
  const rows = await rowsOf(file)
  expect(rows.map(({ kind, position }) => [kind, position])).toEqual([
    ['event', 0],
    ['in', 0],
    ['lost', 0],
    ['in', 103],
    ['out', 20],
    ['event', rows[0]!.data.length],
  ])
  expect(rows[2]).toMatchObject({
    source: 7,
    time: 5_000,
    event: { event: 'lost', rows: 2, in: 100, out: 20 },
  })
})

it('with a mask, nothing is logged behind bytes that never came: a secret may have begun in them', async () => {
  const { log, file } = await openLog({ mask: [{ pattern: /AUTH (\S{1,20})/ }] })
  const connection = log.open()
  connection.in(Buffer.from('hello AUTH s'))
  connection.lost({ rows: 1, in: 10, out: 0 })
  connection.in(Buffer.from('ecret'))
  connection.close()
  await log.close()
  const rows = await rowsOf(file)
  const bytes = rows.filter(({ kind }) => kind === 'in')
  expect(Buffer.concat(bytes.map(({ data }) => data)).toString()).not.toMatch(/s|ecret/)
  const names = rows.map(({ event }) => event?.event).filter((name) => name !== undefined)
  expect(names).toContain('mask-stopped')
  expect(names.at(-1)).toBe('close')
})
