import fc from 'fast-check'
import { type LogHit, type LogReader, openLog as open, type RowFilter } from 'hawser/log'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'
import { openLog } from './support/open-log.js'
import { read, rowsOf } from './support/read-rows.js'

async function search(
  log: LogReader,
  pattern: string | Uint8Array,
  filter?: RowFilter,
): Promise<LogHit[]> {
  const hits: LogHit[] = []
  for await (const hit of log.search(pattern, filter)) hits.push(hit)
  return hits
}

/** Where the first byte of each place is: connection, direction, and how many bytes came before it. */
async function placesOf(log: LogReader, hits: readonly LogHit[]): Promise<string[]> {
  const rows = await rowsOf(log)
  return hits
    .map(({ row, at, connection, kind }) => `${connection} ${kind} ${rows[row]!.position + at}`)
    .toSorted()
}

/** The same by joining all that a direction had and looking at every byte of it. */
async function bruteForce(log: LogReader, pattern: Buffer): Promise<string[]> {
  const streams = new Map<string, Buffer[]>()
  for (const { connection, kind, data } of await rowsOf(log, { kinds: ['in', 'out'] })) {
    const name = `${connection} ${kind}`
    streams.set(name, [...(streams.get(name) ?? []), Buffer.from(data)])
  }
  const places = [...streams].flatMap(([name, parts]) => {
    const bytes = Buffer.concat(parts)
    const found: string[] = []
    for (let at = bytes.indexOf(pattern); at !== -1; at = bytes.indexOf(pattern, at + 1)) {
      found.push(`${name} ${at}`)
    }
    return found
  })
  return places.toSorted()
}

const letters = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength }).map((array) => {
    return Buffer.from(array.join(''))
  })

it('finds what a look at every byte finds, however the bytes were cut and lie between each other', async () => {
  const row = fc.record({
    connection: fc.nat(3),
    isIn: fc.boolean(),
    bytes: letters(11),
    isLast: fc.integer({ min: 0, max: 4 }).map((value) => value === 0),
  })
  const rows = fc.array(row, { minLength: 1, maxLength: 120 })
  await fc.assert(
    fc.asyncProperty(rows, letters(8), async (list, pattern) => {
      const { log, file } = await openLog()
      const connections = Array.from({ length: 4 }, () => log.open())
      for (const { connection, isIn, bytes, isLast } of list) {
        if (isIn) connections[connection]!.in(bytes)
        else connections[connection]!.out(bytes)
        // Tiny blocks.
        if (isLast) await log.flush()
      }
      await log.close()
      await using reader = await open(file)
      const hits = await search(reader, pattern)
      expect(await placesOf(reader, hits)).toEqual(await bruteForce(reader, pattern))
      expect(hits.map((hit) => hit.row)).toEqual(
        hits.map((hit) => hit.row).toSorted((a, b) => a - b),
      )
    }),
    runs(500),
  )
})

it('says in which row a place ends, and how far before that row it begins', async () => {
  const { log, file } = await openLog()
  const [one, two] = [log.open(), log.open()]
  one.in(Buffer.from('say hel'))
  two.in(Buffer.from('hello'))
  one.out(Buffer.from('lo'))
  await log.flush()
  one.in(Buffer.from('l'))
  one.in(Buffer.from('o, hello'))
  await log.close()
  const reader = await read(file)
  const hits = await search(reader, 'hello')
  expect(hits.map(({ row, at, connection, kind }) => [row, at, connection, kind])).toEqual([
    [3, 0, 2, 'in'],
    [6, -4, 1, 'in'],
    [6, 3, 1, 'in'],
  ])
  expect(hits[1]?.time).toBe((await rowsOf(reader))[6]?.time)
})

it('a place does not go across bytes that were lost', async () => {
  const { log, file } = await openLog({ memory: 4 * 1024 * 1024 })
  const connection = log.open()
  for (let index = 0; index < 200; index++) connection.in(Buffer.alloc(65_535, 'hel'))
  await log.flush()
  connection.in(Buffer.from('lo'))
  await log.close()
  const reader = await read(file)
  expect(log.info().lostRows).toBeGreaterThan(0)
  expect(await search(reader, 'hello')).toEqual([])
  expect(await search(reader, 'lo')).toHaveLength(1)
})

describe('only in rows that are wanted', () => {
  it.each<[RowFilter, number]>([
    [{}, 4],
    [{ connection: 2 }, 2],
    [{ kinds: ['out'] }, 2],
    [{ kinds: ['event'] }, 1],
    [{ from: 5 }, 2],
    [{ to: 3 }, 1],
    [{ until: 5 }, 0],
  ])('%j', async (filter, count) => {
    const { log, file } = await openLog()
    for (let index = 0; index < 2; index++) {
      const connection = log.open({}, index === 0 ? { note: 'hello' } : {})
      connection.in(Buffer.from('hel'))
      connection.in(Buffer.from('lo'))
      connection.out(Buffer.from('hello'))
    }
    await log.close()
    expect(await search(await read(file), Buffer.from('hello'), filter)).toHaveLength(count)
  })
})

it('in a megabyte of one letter each place is found, one after the other', async () => {
  const { log, file } = await openLog()
  const connection = log.open()
  for (let index = 0; index < 50; index++) connection.in(Buffer.alloc(20_000, 'a'))
  await log.close()
  const reader = await read(file)
  let count = 0
  for await (const hit of reader.search('a'.repeat(4_096))) count += hit.row > 0 ? 1 : 0
  expect(count).toBe(1_000_000 - 4_095)
})

it('ends by its signal between two places', async () => {
  const { log, file } = await openLog()
  log.open().in(Buffer.alloc(1_000, 'a'))
  await log.close()
  const reader = await read(file)
  const controller = new AbortController()
  const hits = reader.search('a', { signal: controller.signal })
  await hits.next()
  controller.abort()
  await expect(hits.next()).rejects.toMatchObject({ code: 'HAWSER_ABORTED' })
})

it.each(['', 'x'.repeat(4_097), 5, undefined])('%j is no pattern', async (pattern) => {
  const { log, file } = await openLog()
  await log.close()
  const reader = await read(file)
  expect(() => reader.search(pattern as string)).toThrow(
    expect.objectContaining({ code: 'HAWSER_INVALID_OPTION', option: 'pattern' }),
  )
})
