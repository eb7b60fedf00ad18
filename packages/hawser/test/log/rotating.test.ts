import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createLog, type SessionLog } from 'hawser/log'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { append, openLog } from './support/open-log.js'
import { parseLog } from './support/parse-log.js'

const rotate = 65_536

async function fill(log: SessionLog, blocks: number): Promise<void> {
  const connection = log.open()
  for (let index = 0; index < blocks; index++) {
    connection.in(Buffer.alloc(20_000, index))
    await log.flush()
  }
}

function files(file: string): string[] {
  return readdirSync(dirname(file)).filter((name) => name.endsWith('.hawser'))
}

it('a log goes on in another file when one is full, and the row numbers go on', async () => {
  const { log, file } = await openLog({ rotate })
  await fill(log, 10)
  await log.close()
  const names = files(file)
  expect(names).toEqual([1, 2, 3, 4].map((number) => `session.00000${number}.hawser`))
  const parts = names.map((name) => parseLog(join(dirname(file), name)))
  const rows = parts.flatMap((part) => part.rows)
  expect(rows.map((row) => row.number)).toEqual(Array.from({ length: 11 }, (_, index) => index))
  for (const name of names) {
    expect(statSync(join(dirname(file), name)).size).toBeLessThanOrEqual(rotate)
  }
})

it('the oldest files are deleted, so that all of them stay below what may be kept', async () => {
  const keep = 3 * rotate
  const { log, file } = await openLog({ rotate, keep })
  await fill(log, 40)
  await log.close()
  const names = files(file)
  const sizes = names.map((name) => statSync(join(dirname(file), name)).size)
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(keep)
  expect(names.at(-1)).toBe('session.000014.hawser')
  expect(names).toHaveLength(3)
})

it('a log goes on in its newest file, whichever options it had', async () => {
  const { log, file } = await openLog()
  await fill(log, 1)
  await log.close()
  const rotated = await append(file, { rotate })
  await fill(rotated, 4)
  await rotated.close()
  expect(files(file)).toEqual(['session.000001.hawser', 'session.hawser'])
  const again = await append(file)
  expect(again.open().id).toBe(3)
  await again.close()
  expect(parseLog(join(dirname(file), 'session.000001.hawser')).rows.at(-1)?.number).toBe(7)
})

it('connections keep their numbers apart, when the newest file has few of them', async () => {
  const { log, file } = await openLog({ rotate })
  const old = log.open()
  for (let index = 0; index < 9; index++) log.open()
  await log.flush()
  for (let index = 0; index < 4; index++) {
    old.in(Buffer.alloc(60_000))
    await log.flush()
  }
  await log.close()
  const again = await append(file, { rotate })
  expect(again.open().id).toBe(11)
})

it.each([
  [{ rotate: 1 }, 'rotate'],
  [{ rotate, keep: rotate }, 'keep'],
  [{ memory: 1 }, 'memory'],
  [{ onError: 5 }, 'onError'],
])('%j cannot work', async (options, option) => {
  const file = join(createFolder(), 'session.hawser')
  await expect(createLog(file, options as never)).rejects.toMatchObject({
    code: 'HAWSER_INVALID_OPTION',
    option,
  })
})

it.each(['session.log', 'session.000001.hawser'])('%s is no name for it', async (name) => {
  const file = join(createFolder(), name)
  await expect(createLog(file, { rotate })).rejects.toMatchObject({ option: 'file' })
})
