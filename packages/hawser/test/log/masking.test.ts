import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { createLog, type MaskedRange, type MaskRule, rowFlags } from 'hawser/log'
import { describe, expect, it } from 'vitest'
import { join } from 'node:path'
import { createFolder } from '../../../../test/support/folders.js'
import { runs } from '../../../../test/support/property-runs.js'
import { openLog } from './support/open-log.js'
import { bytesOf, eventsOf, parseLog } from './support/parse-log.js'

const auth: MaskRule = { pattern: /AUTH (\S+)/, longest: 40 }

/** What a log has of one connection that received these pieces. */
async function logged(mask: readonly MaskRule[], ...pieces: string[]): Promise<string> {
  const { log, file } = await openLog({ mask })
  const connection = log.open()
  for (const piece of pieces) connection.in(Buffer.from(piece, 'latin1'))
  connection.close()
  await log.close()
  return bytesOf(parseLog(file).rows, 1, 1).toString('latin1')
}

it('a secret is masked, and what is around its group stays', async () => {
  expect(await logged([auth], 'AUTH secret-token\r\nGET x\r\n')).toBe(
    'AUTH ************\r\nGET x\r\n',
  )
})

it('a secret that came in two pieces, or in pieces of one byte, is masked as well', async () => {
  const masked = 'AUTH ************\r\nGET x\r\n'
  expect(await logged([auth], 'AUTH sec', 'ret-token\r\nGET x\r\n')).toBe(masked)
  expect(await logged([auth], ...'AUTH secret-token\r\nGET x\r\n'.split(''))).toBe(masked)
})

it('rows keep their sizes, order, times and positions, and the masked ones have a flag', async () => {
  const { log, file } = await openLog({ mask: [auth] })
  const connection = log.open()
  connection.in(Buffer.from('AUTH sec'), rowFlags.tls)
  connection.in(Buffer.from('ret\r\n'))
  connection.out(Buffer.from('+OK\r\n'))
  connection.event({ event: 'note', text: 'in between' })
  connection.in(Buffer.from('GET x\r\n'))
  connection.close()
  await log.close()
  const { rows } = parseLog(file)
  expect(
    rows.map(({ kind, flags, position, data }) => [
      kind,
      flags,
      kind === 3 ? 0 : position,
      kind === 3 ? (JSON.parse(data.toString()) as { event: string }).event : data.toString(),
    ]),
  ).toEqual([
    [3, 0, 0, 'open'],
    [1, 5, 0, 'AUTH ***'],
    [1, 4, 8, '***\r\n'],
    [2, 0, 0, '+OK\r\n'],
    [3, 0, 0, 'note'],
    [1, 0, 13, 'GET x\r\n'],
    [3, 0, 0, 'close'],
  ])
  const times = rows.map(({ time }) => time)
  expect(times).toEqual(times.toSorted((left, right) => left - right))
})

it('masks what a look at the whole stream finds, however it was cut', async () => {
  const word = fc.constantFrom(
    'AUTH ',
    'a',
    'bb',
    'secret',
    ' ',
    '\r\n',
    'AU',
    'TH x',
    '12',
    '3456',
  )
  const words = fc.array(word, { minLength: 1, maxLength: 40 })
  const digits: MaskRule = { pattern: /\d{4}/, longest: 4 }
  const token: MaskRule = { pattern: /AUTH ([^ \r\n]{1,20})(?![^ \r\n])/, longest: 25 }
  await fc.assert(
    fc.asyncProperty(words, fc.array(fc.integer({ min: 1, max: 9 })), async (list, cuts) => {
      const text = list.join('')
      const pieces: string[] = []
      for (let at = 0, index = 0; at < text.length; index++) {
        const size = cuts[index % Math.max(1, cuts.length)] ?? 5
        pieces.push(text.slice(at, at + size))
        at += size
      }
      const whole = await logged([token, digits], text)
      expect(await logged([token, digits], ...pieces)).toBe(whole)
      expect(whole).not.toMatch(/\d{4}/)
      expect(whole).not.toMatch(/AUTH [^ \r\n*]{1,20}(?![^ \r\n])/)
    }),
    runs(500),
  )
})

it('nothing of a secret is in the file while its end has not come', async () => {
  const { log, file } = await openLog({ mask: [{ pattern: /\d{8}/, longest: 8 }] })
  const connection = log.open()
  connection.in(Buffer.from('card 1234'))
  await log.flush()
  expect(readFileSync(file, 'latin1')).not.toContain('1234')
  connection.in(Buffer.from('5678 and more'))
  await log.flush()
  expect(readFileSync(file, 'latin1')).not.toContain('1234')
  await log.close()
})

it('what waits when the log closes is left out, and counted: the rest will not be seen', async () => {
  const { log, file } = await openLog({ mask: [{ pattern: /\d{8}/, longest: 8 }] })
  const connection = log.open()
  connection.in(Buffer.from('1234'))
  connection.event({ event: 'note' })
  await log.close()
  connection.in(Buffer.from('5678'))
  connection.close()
  expect(eventsOf(parseLog(file).rows, 1)).toEqual([
    { event: 'open' },
    { event: 'lost', rows: 1, in: 4, out: 0 },
    { event: 'note' },
  ])
  expect(log.info()).toMatchObject({ lostRows: 1, lostBytes: 4 })
})

describe('a mask that fails ends the logging of its connection, and leaks nothing', () => {
  const failing: Record<string, () => readonly MaskedRange[]> = {
    'that throws': () => {
      throw new Error('no')
    },
    'that returns nothing': () => undefined as never,
    'that is async': (async () => []) as never,
    'with a range that is none': () => [[5, 2]],
    'with a range behind the end': () => [[0, 1_000]],
    'with a range that is no number': () => [[Number.NaN, 3]],
  }
  it.each(Object.keys(failing))('one %s', async (name) => {
    const errors: string[] = []
    const folder = createFolder()
    const file = join(folder, 'session.hawser')
    let isFailing = false
    const find = (): readonly MaskedRange[] => (isFailing ? failing[name]!() : [])
    const onError = (error: Error): unknown => errors.push(error.message)
    const log = await createLog(file, { mask: [{ find, longest: 4 }], onError })
    const [first, second] = [log.open(), log.open()]
    first.in(Buffer.from('harmless '))
    isFailing = true
    first.in(Buffer.from('secret'))
    isFailing = false
    first.in(Buffer.from('secret'))
    first.out(Buffer.from('secret'))
    second.in(Buffer.from('fine'))
    first.close()
    second.close()
    await log.close()
    const text = readFileSync(file, 'latin1')
    expect(text).not.toContain('secret')
    expect(text).toContain('fine')
    expect(eventsOf(parseLog(file).rows, 1)).toContainEqual({
      event: 'mask-stopped',
      text: 'the bytes of this connection are left out: a mask failed',
    })
    expect(errors).toEqual([
      expect.stringMatching(/^a mask failed, and its connection is not logged/),
    ])
  })

  it('one whose secret is longer than it may be', async () => {
    const { log, file } = await openLog({ mask: [{ pattern: /AUTH (\S+)/, longest: 10 }] })
    const connection = log.open()
    for (const letter of `AUTH ${'s'.repeat(40)}`) connection.in(Buffer.from(letter))
    connection.in(Buffer.from('\r\nmore'))
    connection.close()
    await log.close()
    expect(readFileSync(file, 'latin1')).not.toMatch(/ss|more/)
    expect(eventsOf(parseLog(file).rows, 1)).toContainEqual({
      event: 'mask-stopped',
      text: 'the bytes of this connection are left out: a secret is longer than its rule says',
    })
  })
})

it('a peer that sends nothing more holds little: replies go ahead of what is held', async () => {
  const { log, file } = await openLog({ mask: [auth] })
  const connection = log.open()
  connection.in(Buffer.from('SUBSCRIBE\r\n'))
  for (let index = 0; index < 1_000; index++) {
    connection.out(Buffer.alloc(1_000, 'x'))
    expect(log.info().memory).toBeLessThan(4 * 1024 * 1024)
  }
  await log.flush()
  expect(bytesOf(parseLog(file).rows, 1, 2).length).toBeGreaterThan(900_000)
  connection.close()
  await log.close()
  expect(bytesOf(parseLog(file).rows, 1, 2)).toHaveLength(1_000_000)
})

it.each<[object, string]>([
  [{ mask: [{ longest: 5 }] }, 'mask[0]'],
  [{ mask: [{ pattern: /x/, find: () => [], longest: 5 }] }, 'mask[0]'],
  [{ mask: [{ pattern: /x+/ }] }, 'mask[0].pattern'],
  [{ mask: [{ find: () => [] }] }, 'mask[0].longest'],
  [{ mask: [{ pattern: /x/, longest: 5_000 }] }, 'mask[0].longest'],
  [{ mask: [{ pattern: 'x', longest: 5 }] }, 'mask[0].pattern'],
  [{ mask: [{ patern: /x/, longest: 5 }] }, 'mask[0].patern'],
  [{ mask: /x/ }, 'mask'],
])('%j cannot work', async (options, option) => {
  const file = join(createFolder(), 'session.hawser')
  await expect(createLog(file, options)).rejects.toMatchObject({
    code: 'HAWSER_INVALID_OPTION',
    option,
  })
})
