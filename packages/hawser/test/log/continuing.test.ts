import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import type { SessionLog } from 'hawser/log'
import { expect, it } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'
import { append, openLog } from './support/open-log.js'
import { bytesOf, eventsOf, parseLog, type ParsedRow } from './support/parse-log.js'

const rotate = 65_536
const keep = 2 * rotate
const ends = { localAddress: '127.0.0.1', localPort: 1, remoteAddress: '::1', remotePort: 2 }

/** The files that there are, the oldest first. */
function partsOf(file: string): { rows: ParsedRow[]; size: number }[] {
  const names = readdirSync(dirname(file)).filter((name) => name.endsWith('.hawser'))
  return names.map((name) => {
    const path = join(dirname(file), name)
    return { ...parseLog(path), size: statSync(path).size }
  })
}

/** So many files more. */
async function fill(log: SessionLog, files: number): Promise<void> {
  const other = log.open()
  for (let file = 0; file < files; file++) {
    other.out(Buffer.alloc(60_000))
    await log.flush()
  }
  other.close()
}

it('a connection says again what it is in each file, before its first row there', async () => {
  const { log, file } = await openLog({ rotate, keep })
  const connection = log.open(ends, { session: 7, framing: 'lines' })
  for (let number = 0; number < 4; number++) {
    await fill(log, 1)
    connection.in(Buffer.from(`${number} of`))
    connection.in(Buffer.from(' it '))
    await log.flush()
  }
  connection.close()
  await log.close()
  const parts = partsOf(file)
  expect(parts).toHaveLength(2)
  const said = { event: 'continues', ...ends, session: 7, framing: 'lines' }
  for (const [index, { rows }] of parts.entries()) {
    const close = index === 1 ? [{ event: 'close' }] : []
    expect(eventsOf(rows, connection.id)).toEqual([said, ...close])
    expect(rows.find((row) => row.connection === connection.id)?.kind).toBe(3)
  }
  const rows = parts.flatMap((part) => part.rows)
  expect(bytesOf(rows, connection.id, 1).toString()).toBe('2 of it 3 of it ')
})

it('a connection that says nothing, or is closed, costs nothing in the files behind', async () => {
  const { log, file } = await openLog({ rotate, keep })
  const silent = Array.from({ length: 500 }, () => log.open(ends))
  const closed = log.open(ends)
  closed.close()
  await fill(log, 3)
  closed.in(Buffer.from('too late'))
  silent[3]?.event({ event: 'note', text: 'still there' })
  await log.flush()
  const rows = partsOf(file).flatMap((part) => part.rows)
  const those = rows.filter(({ connection }) => connection <= 501)
  expect(those.map(({ connection }) => connection)).toEqual([4, 4])
  expect(eventsOf(rows, 4)).toEqual([
    { event: 'continues', ...ends },
    { event: 'note', text: 'still there' },
  ])
  await log.close()
})

it('however rows are cut and mixed, each file says of each connection what it is', async () => {
  const row = fc.record({
    of: fc.integer({ min: 0, max: 3 }),
    size: fc.oneof(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 20_000, max: 70_000 }),
      // Nearly a file, beside a small row.
      fc.integer({ min: 64_800, max: 65_300 }),
      fc.constant(1024 * 1024),
      fc.constant(1024 * 1024 + 1),
    ),
    isFlushed: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (all) => {
      const { log, file } = await openLog({ rotate, keep, memory: 128 * 1024 * 1024 })
      const connections = [0, 1, 2, 3].map((number) => log.open(ends, { name: `${number}` }))
      const sent = connections.map((): number => 0)
      for (const { of, size, isFlushed } of all) {
        connections[of]?.in(Buffer.alloc(size, of + 1))
        sent[of] = (sent[of] ?? 0) + size
        if (isFlushed) await log.flush()
      }
      await log.close()
      const parts = partsOf(file)
      for (const { rows, size } of parts) {
        for (const { id } of connections) {
          const first = rows.find(({ connection }) => connection === id)
          if (first === undefined) continue
          const event = JSON.parse(first.data.toString()) as object
          const name = `${connections.findIndex((each) => each.id === id)}`
          expect(event).toEqual({
            event: first.number < 4 ? 'open' : 'continues',
            ...ends,
            name,
          })
          expect(eventsOf(rows, id)).toHaveLength(1)
        }
        // Only a row that is larger than a file has a file that is larger.
        if (size > rotate) expect(rows.length).toBeLessThanOrEqual(2)
      }
      const rows = parts.flatMap((part) => part.rows)
      for (const [index, { id }] of connections.entries()) {
        const kept = rows.filter(({ connection, kind }) => connection === id && kind === 1)
        const [first] = kept
        if (first === undefined) continue
        const bytes = bytesOf(rows, id, 1)
        expect(first.position + bytes.length).toBe(sent[index])
        expect(bytes.every((byte) => byte === index + 1)).toBe(true)
      }
    }),
    runs(200),
  )
})

it('an open row that a slow disk lost is said behind it', async () => {
  const { log, file } = await openLog({ rotate, keep, memory: 4 * 1024 * 1024 })
  const flood = log.open()
  for (let number = 0; number < 20; number++) flood.out(Buffer.alloc(1024 * 1024))
  const late = log.open(ends)
  await log.flush()
  late.in(Buffer.from('here'))
  await log.flush()
  await log.close()
  expect(log.info().lostRows).toBeGreaterThan(0)
  const rows = partsOf(file).flatMap((part) => part.rows)
  expect(eventsOf(rows, late.id)).toEqual([
    { event: 'continues', ...ends },
    { event: 'lost', rows: 1, in: 0, out: 0 },
  ])
})

it('a log whose files are all kept says it once', async () => {
  const { log, file } = await openLog({ rotate })
  const connection = log.open(ends)
  await fill(log, 3)
  connection.in(Buffer.from('here'))
  await log.close()
  const rows = partsOf(file).flatMap((part) => part.rows)
  expect(eventsOf(rows, connection.id)).toEqual([{ event: 'open', ...ends }])
})

it('a log that goes on says nothing of connections of the process before', async () => {
  const { log, file } = await openLog({ rotate, keep })
  log.open(ends)
  await log.close()
  const again = await append(file, { rotate, keep })
  await fill(again, 3)
  await again.close()
  const rows = partsOf(file).flatMap((part) => part.rows)
  expect(eventsOf(rows, 1)).toEqual([])
})
