import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { connect, lines } from 'hawser'
import { checkFraming, createMemoryNetwork } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createCollector } from '../../examples/protocols/log-shipping/collector.js'
import { batches } from '../../examples/protocols/log-shipping/entry.js'
import { Shipper } from '../../examples/protocols/log-shipping/shipper.js'
import { createFolder } from '../support/folders.js'
import { runs } from '../support/property-runs.js'
import { damaged, expectOrderly, say } from './support/damage.js'

async function start(path = join(createFolder(), 'log.jsonl')) {
  const network = createMemoryNetwork()
  const collector = await createCollector(path, { network })
  await collector.listen('tcp://127.0.0.1:5140')
  onTestFinished(async () => void (await collector.close({ drain: 0 })))
  const stored = (): unknown[] =>
    readFileSync(path, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown)
  return { network, collector, stored }
}

describe('the collector of the examples', () => {
  it('acknowledges what is in its file', async () => {
    const { network, collector, stored } = await start()
    const shipper = new Shipper(collector.address(), { network })
    expect(await shipper.ship('one')).toEqual({ stored: 1 })
    expect(stored()).toEqual([{ id: 1, text: 'one' }])
    // Those of a turn are one batch.
    const replies = await Promise.all(['two', 'thr\nee ⚓'].map((text) => shipper.ship(text)))
    expect(replies).toEqual([{ stored: 3 }, { stored: 3 }])
    expect(stored().slice(1)).toEqual([
      { id: 2, text: 'two' },
      { id: 3, text: 'thr\nee ⚓' },
    ])
    await shipper.close()
  })

  it('takes lines that are too many for one batch, and refuses one that is too long', async () => {
    const { network, collector, stored } = await start()
    const shipper = new Shipper(collector.address(), { network })
    const text = '⚓'.repeat(1_000)
    const shipped = Array.from({ length: 200 }, () => shipper.ship(text))
    await expect(shipper.ship('x'.repeat(300_000))).rejects.toMatchObject({
      code: 'HAWSER_FRAME_TOO_LARGE',
    })
    shipped.push(shipper.ship('last'))
    await Promise.all(shipped)
    expect(stored().length).toBe(201)
    expect(stored().at(-1)).toEqual({ id: 202, text: 'last' })
    await shipper.close()
  })

  it('cuts off a line that a kill left unfinished, and keeps the others', async () => {
    const path = join(createFolder(), 'log.jsonl')
    writeFileSync(path, '{"id":1,"text":"whole"}\n{"id":2,"te')
    const { network, collector, stored } = await start(path)
    const client = await connect(collector.address(), { network, framing: lines() })
    await client.send('[{"id":2,"text":"again"}]')
    expect(await client.receive()).toBe('{"stored":2}')
    await client.close()
    expect(stored()).toEqual([
      { id: 1, text: 'whole' },
      { id: 2, text: 'again' },
    ])
  })

  it.each([
    ['no JSON', 'hello\n', 'frame-malformed'],
    ['no object', 'null\n', 'frame-malformed'],
    ['an entry outside of a batch', '{"id":1,"text":"a"}\n', 'frame-malformed'],
    ['an empty batch', '[]\n', 'frame-malformed'],
    ['an entry without an id', '[{"text":"a"}]\n', 'frame-malformed'],
    ['an entry with half an id', '[{"id":1.5,"text":"a"}]\n', 'frame-malformed'],
    ['a text that is none', '[{"id":1,"text":"a"},{"id":2,"text":7}]\n', 'frame-malformed'],
    ['what is no UTF-8', Buffer.from('[{"id":1,"text":"\xff"}]\n', 'latin1'), 'text-invalid'],
    ['a line without an end', 'x'.repeat(270_000), 'frame-too-large'],
    ['half a line', '[{"id":1', 'frame-truncated'],
  ])('refuses %s', async (_, bytes, reason) => {
    const { network, collector, stored } = await start()
    expect(await say(collector, network, [Buffer.from(bytes)])).toBe(reason)
    expect(stored()).toEqual([])
  })

  it('reads the same at every cut', () => {
    checkFraming(batches, [
      {
        bytes: Buffer.from('[{"id":1,"text":"a"},{"text":"b","id":2,"more":3}]\n'),
        receive: [
          [
            { id: 1, text: 'a' },
            { id: 2, text: 'b' },
          ],
        ],
      },
    ])
  })

  it('survives whatever comes, keeps whole lines only, and takes the next entry', async () => {
    const { network, collector, stored } = await start()
    const good = Buffer.from('[{"id":1,"text":"one"}]\n[{"id":2,"text":"two"}]\n')
    await fc.assert(
      fc.asyncProperty(damaged([good]), async (pieces) => {
        expectOrderly(await say(collector, network, pieces), 'text-invalid')
      }),
      runs(300),
    )
    for (const entry of stored())
      expect(entry).toEqual({
        id: expect.any(Number) as number,
        text: expect.any(String) as string,
      })
    const shipper = new Shipper(collector.address(), { network })
    await shipper.ship('last')
    expect(stored().at(-1)).toEqual({ id: 1, text: 'last' })
    await shipper.close()
  })
})
