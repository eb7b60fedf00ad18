import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { createLog, openLog as open, rowFlags, type RowFilter } from 'hawser/log'
import { describe, expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { openLog } from './support/open-log.js'
import { read, rowsOf, show } from './support/read-rows.js'

/** Two connections whose rows lie between each other, in three blocks. */
async function writeExchange(options: { rotate?: number } = {}): Promise<string> {
  const { log, file } = await openLog(options)
  const [first, second] = [log.open({}, { name: 'first' }), log.open({}, { name: 'second' })]
  first.in(Buffer.from('ping'))
  second.in(Buffer.from('hello'), rowFlags.tls)
  await log.flush()
  first.out(Buffer.from('pong'))
  log.event({ event: 'bookmark' })
  await log.flush()
  second.out(Buffer.from('world'), rowFlags.changed)
  first.close({ reason: 'ended' })
  await log.close()
  return file
}

const all = [
  '1 event open',
  '2 event open',
  '1 in ping',
  '2 in hello',
  '1 out pong',
  '0 event bookmark',
  '2 out world',
  '1 event close',
]

it('what was written is read, with numbers, times, flags and positions', async () => {
  const log = await read(await writeExchange())
  const rows = await rowsOf(log)
  expect(rows.map(show)).toEqual(all)
  expect(rows.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(rows.map(({ flags }) => flags)).toEqual([0, 0, 0, 1, 0, 0, 4, 0])
  expect(rows[7]).toMatchObject({
    event: { event: 'close', reason: 'ended' },
    back: 7,
    position: rows[0]!.data.length,
  })
  expect(log.info()).toMatchObject({
    firstRow: 0,
    nextRow: 8,
    connections: 2,
    unread: 0,
    from: rows[0]!.time,
    to: rows[7]!.time,
  })
})

describe('rows that are selected', () => {
  it.each<[RowFilter, number[]]>([
    [{ connection: 1 }, [0, 2, 4, 7]],
    [{ connection: 2, kinds: ['in', 'out'] }, [3, 6]],
    [{ connection: 0 }, [5]],
    [{ connection: 9 }, []],
    [{ kinds: ['event'] }, [0, 1, 5, 7]],
    [{ kinds: ['lost'] }, []],
    [{ from: 5 }, [5, 6, 7]],
    [{ from: -2 }, [6, 7]],
    [{ from: -100 }, [0, 1, 2, 3, 4, 5, 6, 7]],
    [{ from: 2, to: 4 }, [2, 3]],
    [{ to: -6 }, [0, 1]],
    [{ since: Date.now() + 60_000 }, []],
    [{ until: 5 }, []],
  ])('%j', async (filter, numbers) => {
    const log = await read(await writeExchange())
    expect((await rowsOf(log, filter)).map(({ number }) => number)).toEqual(numbers)
  })

  it.each<[object, string]>([
    [{ connection: -1 }, 'connection'],
    [{ kinds: ['inn'] }, 'kinds'],
    [{ kinds: 'in' }, 'kinds'],
    [{ from: 0.5 }, 'from'],
    [{ since: 'now' }, 'since'],
    [{ conection: 1 }, 'conection'],
  ])('%j is refused', async (filter, option) => {
    const log = await read(await writeExchange())
    expect(() => log.rows(filter)).toThrow(
      expect.objectContaining({ code: 'HAWSER_INVALID_OPTION', option }),
    )
  })

  it('by time, between two rows', async () => {
    const log = await read(await writeExchange())
    const rows = await rowsOf(log)
    const since = rows[4]!.time
    const later = rows.filter((row) => row.time >= since).map(show)
    expect((await rowsOf(log, { since })).map(show)).toEqual(later)
  })
})

it('the rows of one connection are read without what the others sent', async () => {
  const { log, file } = await openLog()
  const [quiet, busy] = [log.open(), log.open()]
  quiet.in(Buffer.from('quiet'))
  for (let index = 0; index < 10; index++) busy.in(Buffer.alloc(90_000, index))
  quiet.out(Buffer.from('reply'))
  await log.close()
  const bytes = readFileSync(file)
  // The others' data is damaged, which is seen only where it is read.
  bytes.fill('x', 600_000, 600_100)
  writeFileSync(file, bytes)
  const part = join(createFolder(), 'part.hawser')
  writeFileSync(part, bytes)
  const whole = await read(file)
  expect(whole.info()).toMatchObject({ nextRow: 0, unread: bytes.length - 64 })
  // Another block behind it, so that it is not taken for one that a crash left.
  const { log: more, file: second } = await openLog()
  more.open().in(Buffer.from('more'))
  await more.close()
  const tail = readFileSync(second).subarray(64)
  tail.writeBigUInt64LE(14n, 16)
  tail.writeBigUInt64LE(64n, 56)
  tail.writeUInt32LE((await import('node:zlib')).crc32(tail.subarray(12)), 8)
  writeFileSync(part, Buffer.concat([bytes, tail]))
  const reader = await read(part)
  const rows = await rowsOf(reader, { connection: 1, to: 14 })
  expect(rows.map(show)).toEqual(['1 event open', '1 in quiet', '1 out reply'])
  await expect(rowsOf(reader)).rejects.toMatchObject({
    code: 'HAWSER_LOG_INVALID',
    message: expect.stringContaining('is damaged at byte 64: its checksum is wrong') as string,
  })
})

it('a log that was cut off at any byte is read up to its last whole block', async () => {
  const file = await writeExchange()
  const whole = readFileSync(file)
  const first = whole.readUInt32LE(68)
  const second = whole.readUInt32LE(64 + first + 4)
  const ends = [64, 64 + first, 64 + first + second, whole.length]
  const cut = join(createFolder(), 'cut.hawser')
  for (let size = 64; size <= whole.length; size++) {
    copyFileSync(file, cut)
    truncateSync(cut, size)
    const log = await open(cut)
    const blocks = ends.filter((end) => end <= size).length - 1
    expect([size, (await rowsOf(log)).map(show)]).toEqual([
      size,
      all.slice(0, [0, 4, 6, 8][blocks]),
    ])
    expect(log.info().unread).toBe(size - ends[blocks]!)
    await log.close()
  }
})

it.each([0, 1, 63])('a file of %d bytes is no log, or one that has not begun', async (size) => {
  const file = await writeExchange()
  truncateSync(file, size)
  if (size > 0) await expect(open(file)).rejects.toMatchObject({ code: 'HAWSER_LOG_INVALID' })
  else expect(await rowsOf(await read(file))).toEqual([])
})

describe('a log in several files', () => {
  async function writeMany(): Promise<string> {
    const { log, file } = await openLog({ rotate: 65_536 })
    const connection = log.open()
    for (let index = 0; index < 10; index++) {
      connection.in(Buffer.alloc(30_000, `${index}`))
      await log.flush()
    }
    await log.close()
    return file
  }

  it.each(['its name', 'one of its files', 'its folder'])('is opened by %s', async (by) => {
    const file = await writeMany()
    const place = {
      'its name': file,
      'one of its files': file.replace('.hawser', '.000003.hawser'),
      'its folder': dirname(file),
    }[by]!
    const log = await read(place)
    expect(log.info()).toMatchObject({ firstRow: 0, nextRow: 11, files: { length: 5 } })
    expect(await rowsOf(log)).toHaveLength(11)
    expect((await rowsOf(log, { from: 5, to: 8 })).map(({ number }) => number)).toEqual([5, 6, 7])
  })

  it('whose oldest were deleted begins with the first row that is left', async () => {
    const file = await writeMany()
    unlinkSync(file.replace('.hawser', '.000001.hawser'))
    const log = await read(file)
    expect(log.info()).toMatchObject({ firstRow: 3, nextRow: 11 })
    expect((await rowsOf(log)).map(({ number }) => number)).toEqual([3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('of which one was deleted while it is open passes over it', async () => {
    const file = await writeMany()
    const log = await read(file)
    unlinkSync(file.replace('.hawser', '.000002.hawser'))
    expect((await rowsOf(log)).map(({ number }) => number)).toEqual([0, 1, 2, 5, 6, 7, 8, 9, 10])
  })

  it('with a file of another log in between is refused', async () => {
    const file = await writeMany()
    copyFileSync(
      file.replace('.hawser', '.000001.hawser'),
      file.replace('.hawser', '.000009.hawser'),
    )
    await expect(open(file)).rejects.toMatchObject({
      code: 'HAWSER_LOG_INVALID',
      message: expect.stringContaining('begins with row 0, and the files before it') as string,
    })
  })
})

describe('what is no log', () => {
  it.each([
    ['a name that does not exist', 'missing.hawser', /it does not exist: check the name/],
    ['a folder without one', 'empty', /has no log: pass the name of a file/],
    ['a folder with several', '.', /has 2 logs: pass the name of a file: a\.hawser, b\.hawser/],
    ['a text', 'notes.txt', /does not begin with HAWSERLG/],
  ])('%s', async (_name, name, message) => {
    const folder = createFolder({ 'notes.txt': 'notes'.repeat(40), 'a.hawser': '', 'b.hawser': '' })
    mkdirSync(join(folder, 'empty'))
    await expect(open(join(folder, name))).rejects.toThrow(message)
  })

  it('a log of a later version', async () => {
    const file = await writeExchange()
    const bytes = readFileSync(file)
    bytes.writeUInt16LE(2, 8)
    writeFileSync(file, bytes)
    await expect(open(file)).rejects.toThrow(/is a session log of version 2, and this is version 1/)
  })
})

it('a signal ends a loop, and openLog', async () => {
  const log = await read(await writeExchange())
  const signal = AbortSignal.abort(new Error('enough'))
  const aborted = { code: 'HAWSER_ABORTED', cause: signal.reason as Error }
  await expect(rowsOf(log, { signal })).rejects.toMatchObject(aborted)
  await expect(open(await writeExchange(), { signal })).rejects.toMatchObject(aborted)
})

it('a link that leads nowhere is said, to one that reads and to one that writes', async () => {
  const file = join(createFolder(), 'link.hawser')
  symlinkSync('gone.hawser', file)
  const message = /it is a symbolic link to gone\.hawser, which does not exist: remove the link/
  await expect(open(file)).rejects.toThrow(message)
  await expect(createLog(file)).rejects.toThrow(message)
})
