import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'
import { encodeText } from '../../src/protocol/text/encode-text.js'
import { viewFlags } from '../../src/protocol/rows-frame.js'
import { decodeText, splitText } from '../../web/bytes/split-text.js'
import { createBoth, lookedAt, readRows } from '../support/logs.js'

const gbk = (said: string): Buffer => Buffer.from(encodeText(said, 'gbk') ?? [])

it('text in GBK is found in it, also where a character is cut', async () => {
  const { log, sheet, file } = await createBoth()
  const connection = log.open()
  const bytes = gbk('说：你好')
  connection.in(bytes.subarray(0, 5))
  connection.in(bytes.subarray(5))
  await log.flush()
  const view = await sheet.open(file, {})
  const find = (text: string, encoding?: 'gbk' | 'latin1'): Promise<object | undefined> => {
    return view.find({ as: 'text', text, encoding }, 0, false)
  }
  expect(await find('你好', 'gbk')).toMatchObject({ row: 2, at: -1, length: 4 })
  expect(await find('你好')).toBeUndefined()
  await expect(find('你', 'latin1')).rejects.toMatchObject({ code: 'WORKBENCH_INVALID' })
})

it('a row that begins inside of a character says so, however far back it began', async () => {
  const { log, sheet, file } = await createBoth()
  const [one, other] = [log.open(), log.open()]
  const bytes = gbk('甲乙a丙')
  for (const byte of bytes) {
    one.in(Uint8Array.of(byte))
    other.in(gbk('中'))
  }
  await log.flush()
  const view = await sheet.open(file, { kinds: ['in'], connection: 1 })
  await lookedAt(view, 2 + 2 * bytes.length)
  const marks = async (from: number): Promise<boolean[]> => {
    const rows = await readRows(view, from, 99, 'gbk')
    return rows.map(({ flags }) => (flags & viewFlags.continued) > 0)
  }
  const wanted = [false, true, false, true, false, false, true]
  expect(await marks(0)).toEqual(wanted)
  for (const from of wanted.keys()) expect(await marks(from)).toEqual(wanted.slice(from))
  expect((await readRows(view, 1, 1)).map(({ flags }) => flags)).toEqual([0])
  const { block } = await view.bytes(4, { from: 0, count: 9, encoding: 'gbk' })
  expect((block[64 + 25] ?? 0) & viewFlags.continued).toBe(viewFlags.continued)
})

it('any text in GBK is the same, whichever way it was cut', async () => {
  const said = fc.string({ unit: fc.constantFrom('中', '文', 'a', '鱼', '4'), minLength: 1 })
  const cuts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(said, cuts, fc.nat(5), async (text, sizes, from) => {
      const { log, sheet, file } = await createBoth()
      const connection = log.open()
      const bytes = gbk(text)
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1
        connection.in(bytes.subarray(at, at + size))
        at += size
      }
      await log.flush()
      const view = await sheet.open(file, { kinds: ['in'] })
      await lookedAt(view, 1 + Math.ceil(bytes.length / Math.max(...sizes)))
      const rows = await readRows(view, Math.min(from, view.state.rows - 1), 512, 'gbk')
      const whole = rows.flatMap(({ flags, text: data }) => {
        const skip = (flags & viewFlags.continued) > 0 ? 1 : 0
        const parts = splitText(Buffer.from(data, 'latin1'), { encoding: 'gbk', skip })
        return parts.filter(({ isText }) => isText).map((part) => decodeText(part.bytes, 'gbk'))
      })
      // What is shown as text is in the text, in its order.
      let at = 0
      for (const part of whole) {
        const found = text.indexOf(part, at)
        expect(found).toBeGreaterThanOrEqual(at)
        at = found + part.length
      }
      await sheet.close()
      await log.close()
    }),
    runs(100),
  )
})
