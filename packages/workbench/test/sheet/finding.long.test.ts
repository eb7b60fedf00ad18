import fc from 'fast-check'
import type { SessionLog } from 'hawser/log'
import { describe, expect, it } from 'vitest'
import type { Filter, Pattern } from '../../src/protocol/filter.js'
import { createBoth, lookedAt, readRows } from '../support/logs.js'

const text = (said: string): Uint8Array => new TextEncoder().encode(said)

it('a text is found whichever way it was cut, in either direction', async () => {
  const { log, sheet, file } = await createBoth()
  const [a, b] = [log.open(), log.open()]
  a.in(text('say ALE'))
  b.in(text('ALE'))
  a.out(text('RT'))
  a.in(text('RT now'))
  b.in(text('nothing'))
  b.out(text('ALERT'))
  await log.flush()
  const view = await sheet.open(file, {})
  await lookedAt(view, 8)
  const alert: Pattern = { as: 'text', text: 'ALERT' }
  expect(await view.find(alert, 0, false)).toEqual({ place: 5, row: 5, at: -3, length: 5 })
  expect(await view.find(alert, 6, false)).toEqual({ place: 7, row: 7, at: 0, length: 5 })
  expect(await view.find(alert, 8, false)).toBeUndefined()
  expect(await view.find(alert, 7, true)).toMatchObject({ row: 5 })
  expect(await view.find(alert, 5, true)).toBeUndefined()
  const regex: Pattern = { as: 'regex', regex: 'A[LX]E+RT' }
  expect(await view.find(regex, 0, false)).toEqual({ place: 5, row: 5, at: -3, length: 5 })
  const filtered = await sheet.open(file, { pattern: alert })
  await lookedAt(filtered, 8)
  expect((await readRows(filtered, 0, 9)).map(({ number }) => number)).toEqual([5, 7])
  expect(await filtered.find({ as: 'hex', hex: '41 4c' }, 0, false)).toMatchObject({
    place: 1,
    row: 7,
  })
})

it('what is hidden is left out', async () => {
  const { log, sheet, file } = await createBoth()
  const connection = log.open()
  for (const said of ['PING', 'data', 'PI', 'NG', 'more']) connection.in(text(said))
  await log.flush()
  const view = await sheet.open(file, { hide: [{ as: 'text', text: 'PING' }] })
  await lookedAt(view, 6)
  const shown = await readRows(view, 1, 9)
  expect(shown.map((row) => row.text)).toEqual(['data', 'PI', 'more'])
})

it('rows that have the same bytes as one that is hidden are left out, and no others', async () => {
  const { log, sheet, file } = await createBoth()
  const connection = log.open()
  for (const said of ['PING', 'PINGS', 'PING', 'pong']) connection.in(text(said))
  connection.out(text('PONG'))
  await log.flush()
  const hideSame = ['50494e47', '504F4E47']
  const view = await sheet.open(file, { hideSame, kinds: ['in', 'out'] })
  await lookedAt(view, 6)
  const shown = await readRows(view, 0, 9)
  expect(shown.map((row) => row.text)).toEqual(['PINGS', 'pong'])
  const all = await sheet.open(file, { hideSame })
  await lookedAt(all, 6)
  expect(all.state.rows).toBe(3)
})

it('a search that is given up ends', async () => {
  const { log, sheet, file } = await createBoth()
  log.open().in(text('x'))
  await log.flush()
  const view = await sheet.open(file, {})
  await lookedAt(view, 2)
  const given = AbortSignal.abort()
  const finding = view.find({ as: 'text', text: 'y' }, 0, false, given)
  await expect(finding).rejects.toMatchObject({ code: 'WORKBENCH_NOT_NOW' })
})

/** What one writes: by which connection, in which direction, which letters. */
const steps = fc.array(
  fc.record({
    connection: fc.nat(2),
    isIn: fc.boolean(),
    said: fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 40 },
)
type Step = { readonly connection: number; readonly isIn: boolean; readonly said: string }

function write(log: SessionLog, script: readonly Step[]): void {
  const connections = [log.open(), log.open(), log.open()]
  for (const { connection, isIn, said } of script) {
    connections[connection]?.[isIn ? 'in' : 'out'](text(said))
  }
}

/** The rows, by their numbers, that the pattern ends in, by joining each direction. */
function endsOf(script: readonly Step[], pattern: string): number[] {
  const joined = new Map<string, string>()
  return script.flatMap(({ connection, isIn, said }, index) => {
    const key = `${connection}${isIn}`
    const before = joined.get(key) ?? ''
    const all = before + said
    joined.set(key, all)
    for (let at = all.indexOf(pattern); at !== -1; at = all.indexOf(pattern, at + 1)) {
      if (at + pattern.length > before.length) return [index + 3]
    }
    return []
  })
}

describe('as looking at all bytes would', () => {
  it.each(['text', 'regex', 'filter'] as const)('by %s', async (way) => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 5 }),
        async (script, wanted) => {
          const { log, sheet, file } = await createBoth()
          write(log, script)
          await log.flush()
          const pattern: Pattern =
            way === 'regex' ? { as: 'regex', regex: wanted } : { as: 'text', text: wanted }
          const filter: Filter = way === 'filter' ? { pattern } : {}
          const view = await sheet.open(file, filter)
          await lookedAt(view, script.length + 3)
          const found: number[] = []
          if (way === 'filter') {
            found.push(...(await readRows(view, 0, 100)).map(({ number }) => number))
          } else {
            for (let from = 0; ;) {
              const hit = await view.find(pattern, from, false)
              if (hit === undefined) break
              found.push(hit.row)
              from = hit.place + 1
            }
          }
          expect(found).toEqual(endsOf(script, wanted))
          await sheet.close()
          await log.close()
        },
      ),
      { numRuns: 15, seed: 15 },
    )
  })
})
