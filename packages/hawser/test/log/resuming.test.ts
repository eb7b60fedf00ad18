import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { createLog } from 'hawser/log'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { append, openLog } from './support/open-log.js'
import { bytesOf, parseLog } from './support/parse-log.js'

async function writeTwoBlocks(): Promise<string> {
  const { log, file } = await openLog()
  const connection = log.open()
  connection.in(Buffer.from('one'))
  await log.flush()
  connection.in(Buffer.from('two'))
  await log.close()
  return file
}

it('a log goes on where it was closed: row numbers, connections and times as well', async () => {
  const file = await writeTwoBlocks()
  const log = await append(file)
  expect(log.info().rows).toBe(3)
  const next = log.open()
  expect(next.id).toBe(2)
  next.in(Buffer.from('three'))
  await log.close()
  const { rows } = parseLog(file)
  expect(rows.map((row) => row.number)).toEqual([0, 1, 2, 3, 4])
  expect(rows.map((row) => row.time)).toEqual(
    rows.map((row) => row.time).toSorted((left, right) => left - right),
  )
})

it.skipIf(process.platform === 'win32')(
  "a log that others could read is its owner's alone",
  async () => {
    const file = await writeTwoBlocks()
    chmodSync(file, 0o644)
    await (await append(file)).close()
    expect(statSync(file).mode & 0o777).toBe(0o600)
  },
)

it('a log that was cut off at any byte goes on behind its last whole block', async () => {
  const file = await writeTwoBlocks()
  const whole = readFileSync(file)
  const folder = createFolder()
  const second = 64 + whole.readUInt32LE(68)
  for (let size = 64; size <= whole.length; size++) {
    const cut = join(folder, `${size}.hawser`)
    copyFileSync(file, cut)
    truncateSync(cut, size)
    const log = await createLog(cut)
    log.event({ event: 'note' })
    await log.close()
    const { rows } = parseLog(cut)
    const kept = size < second ? 0 : size < whole.length ? 2 : 3
    expect([size, rows.length]).toEqual([size, kept + 1])
  }
})

it('a last block whose data never reached the disk is written anew', async () => {
  const file = await writeTwoBlocks()
  const bytes = readFileSync(file)
  bytes.fill(0, bytes.length - 8)
  writeFileSync(file, bytes)
  const log = await append(file)
  expect(log.info().rows).toBe(2)
  log.open().in(Buffer.from('anew'))
  await log.close()
  const { rows } = parseLog(file)
  expect(bytesOf(rows, 1, 1).toString()).toBe('one')
  expect(rows).toHaveLength(4)
})

it('an empty file becomes a log', async () => {
  const file = join(createFolder({ 'empty.hawser': '' }), 'empty.hawser')
  const log = await append(file)
  log.event({ event: 'note' })
  await log.close()
  expect(parseLog(file).rows).toHaveLength(1)
})

it('what is no log is refused, and stays as it was', async () => {
  const file = join(createFolder({ 'notes.txt': 'my notes\n'.repeat(20) }), 'notes.txt')
  await expect(createLog(file)).rejects.toMatchObject({
    code: 'HAWSER_LOG_INVALID',
    message: expect.stringContaining('is not a session log') as string,
  })
  expect(readFileSync(file, 'utf8')).toBe('my notes\n'.repeat(20))
  await append(`${file}.hawser`)
})

it('a log that is damaged in the middle is refused: nothing behind it is cut off', async () => {
  const { log, file } = await openLog()
  const connection = log.open()
  for (let index = 0; index < 5; index++) {
    connection.in(Buffer.alloc(1_000_000))
    await log.flush()
  }
  await log.close()
  const bytes = readFileSync(file)
  bytes.fill('x', 64, 70)
  writeFileSync(file, bytes)
  await expect(createLog(file)).rejects.toMatchObject({
    code: 'HAWSER_LOG_INVALID',
    message: expect.stringMatching(/is damaged at byte 64, with 5\d{6} bytes behind it/) as string,
  })
  expect(statSync(file).size).toBe(bytes.length)
})

it.each(['', 'missing/log.hawser', '.'])('%j cannot be opened', async (name) => {
  const file = name === '' ? '' : join(createFolder(), name)
  const code = name === '' ? 'HAWSER_INVALID_OPTION' : 'HAWSER_LOG_FAILED'
  await expect(createLog(file)).rejects.toMatchObject({ code })
})

it('rows of a later writer are told from what a crash left behind them', async () => {
  const file = await writeTwoBlocks()
  appendFileSync(file, readFileSync(file).subarray(64, 300))
  const log = await append(file)
  expect(log.info().rows).toBe(3)
})
