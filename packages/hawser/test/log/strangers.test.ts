import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { createLog, LogError, openLog as open } from 'hawser/log'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { runs } from '../../../../test/support/property-runs.js'
import { openLog } from './support/open-log.js'
import { rowsOf } from './support/read-rows.js'

/** A log with blocks of several kinds, as bytes, with where each block begins. */
async function writeSample(): Promise<{ bytes: Buffer; blocks: number[] }> {
  const { log, file } = await openLog()
  const connections = [log.open(), log.open({}, { text: '\u001b[2J' })]
  for (let index = 0; index < 6; index++) {
    for (const connection of connections) {
      connection.in(Buffer.from(`request ${index}`))
      connection.event({ event: 'note', index })
      connection.out(Buffer.from(`reply ${index}`))
    }
    await log.flush()
  }
  await log.close()
  const bytes = readFileSync(file)
  const blocks: number[] = []
  for (let at = 64; at < bytes.length; at += bytes.readUInt32LE(at + 4)) blocks.push(at)
  return { bytes, blocks }
}

/** What a stranger may do to a block: change a field of its header or of a row, and fix the checksum. */
const change = fc.record({
  block: fc.nat(5),
  at: fc.oneof(fc.nat(63), fc.nat(400)),
  value: fc.oneof(
    fc.constantFrom(0, 1, 63, 64, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff, 0x7ff8_0000),
    fc.nat(0xffff_ffff),
  ),
  isSummed: fc.boolean(),
})

function apply(bytes: Buffer, blocks: readonly number[], changes: readonly Change[]): Buffer {
  const changed = Buffer.from(bytes)
  for (const { block, at, value, isSummed } of changes) {
    const begin = blocks[block]!
    const end = blocks[block + 1] ?? bytes.length
    changed.writeUInt32LE(value, Math.min(begin + at, end - 4))
    if (isSummed) changed.writeUInt32LE(crc32(changed.subarray(begin + 12, end)), begin + 8)
  }
  return changed
}

type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never

/** Everything that can be done with a log: it works, or says why not. */
async function exercise(file: string): Promise<void> {
  await harmless(async () => {
    await using log = await open(file)
    await harmless(async () => void (await rowsOf(log)))
    await harmless(async () => void (await rowsOf(log, { connection: 1 })))
    await harmless(async () => void (await rowsOf(log, { from: -3, kinds: ['event'] })))
    await harmless(async () => {
      for await (const hit of log.search('re')) void hit
    })
    await harmless(async () => {
      for await (const row of log.follow({ to: log.info().nextRow })) void row
    })
  })
  await harmless(async () => {
    await using log = await createLog(file)
    log.open().in(Buffer.from('more'))
  })
}

async function harmless(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    expect(error).toBeInstanceOf(LogError)
    // Nothing that a terminal would act on.
    expect((error as LogError).message).toMatch(/^\P{Cc}+$/u)
  }
}

it('a file of a stranger is an error or what of it can be read, whatever its numbers are', async () => {
  const { bytes, blocks } = await writeSample()
  const file = join(createFolder(), '\u001b[31mstranger.hawser')
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      writeFileSync(file, apply(bytes, blocks, changes))
      await exercise(file)
    }),
    runs(2_000),
  )
})

it('so are bytes of any kind behind its header, and instead of it', async () => {
  const { bytes } = await writeSample()
  const file = join(createFolder(), 'stranger.hawser')
  const garbage = fc.uint8Array({ maxLength: 400 })
  await fc.assert(
    fc.asyncProperty(fc.nat(200), garbage, fc.boolean(), async (at, noise, isInserted) => {
      const rest = bytes.subarray(isInserted ? at : at + noise.length)
      writeFileSync(file, Buffer.concat([bytes.subarray(0, at), noise, rest]))
      await exercise(file)
    }),
    runs(1_000),
  )
})

it('events that are no JSON, or not what they should be, are unreadable ones', async () => {
  const texts = ['{', '[]', '"text"', 'null', '5', '{"event":5}', '[{"event":"x"}]', '\u0000\u001b']
  const { log, file } = await openLog()
  const connection = log.open()
  for (const text of texts) connection.in(Buffer.from(text))
  await log.close()
  const bytes = readFileSync(file)
  // Its rows become events.
  for (let row = 1; row <= texts.length; row++) bytes.writeUInt8(3, 64 + 64 + 32 * row + 24)
  bytes.writeUInt32LE(crc32(bytes.subarray(64 + 12)), 64 + 8)
  writeFileSync(file, bytes)
  const reader = await open(file)
  onTestFinished(() => reader.close())
  const events = (await rowsOf(reader, { from: 1 })).map(({ event }) => event)
  expect(events).toEqual(
    texts.map((text) => ({ event: 'unreadable', bytes: Buffer.byteLength(text) })),
  )
})

it('a hundred thousand tiny blocks take little memory, and any of their rows is found', async () => {
  const count = 100_000
  const block = Buffer.alloc(96)
  block.write('HWB1', 'latin1')
  block.writeUInt32LE(96, 4)
  block.writeUInt32LE(1, 12)
  block.writeUInt32LE(2, 44)
  const { log, file } = await openLog()
  await log.close()
  const blocks = Buffer.alloc(96 * count)
  for (let index = 0; index < count; index++) {
    block.writeBigUInt64LE(BigInt(index), 16)
    block.writeBigUInt64LE(BigInt(index === 0 ? 0 : 64 + 96 * (index - 1)), 56)
    block.writeUInt8(1, 64 + 24)
    block.writeUInt32LE(crc32(block.subarray(12)), 8)
    block.copy(blocks, 96 * index)
  }
  writeFileSync(file, blocks, { flag: 'a' })
  const reader = await open(file)
  onTestFinished(() => reader.close())
  expect(reader.info().nextRow).toBe(count)
  for (const from of [0, 1, 65_535, 65_537, 99_999]) {
    const [row] = await rowsOf(reader, { from, to: from + 1 })
    expect(row?.number).toBe(from)
  }
})
