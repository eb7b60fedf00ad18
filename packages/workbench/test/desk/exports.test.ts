import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { Exports } from '../../src/desk/exports.js'
import { DeskTest } from '../support/desk.js'

describe('an export', () => {
  const decode = (bytes: string): string => Buffer.from(bytes, 'base64').toString()

  it('has all bytes of the rows that the view has, in pieces that are asked for', async () => {
    const test = await DeskTest.create()
    const both = test.open()
    const connection = test.log.open()
    const large = 'x'.repeat(700_000)
    connection.in(Buffer.from('one'))
    connection.out(Buffer.from(large))
    connection.in(Buffer.from('two'))
    await test.log.flush()
    await test.ask(both, { do: 'open-view', view: 1, filter: { kinds: ['in', 'out'] } })
    await both.page.next(() => both.page.pushes('view').find(({ rows }) => rows === 3))
    expect(await test.ask(both, { do: 'export', view: 1, as: 'jsonl' })).toMatchObject({
      value: null,
    })
    const pieces: string[] = []
    for (let isEnd = false; !isEnd;) {
      const reply = (await test.ask(both, { do: 'export-next' })) as unknown as {
        value: { bytes: string; isEnd: boolean }
      }
      pieces.push(decode(reply.value.bytes))
      ;({ isEnd } = reply.value)
    }
    expect(pieces.length).toBeGreaterThan(1)
    expect(pieces.join('')).toBe(`jsonl 1 one\njsonl 2 ${large}\njsonl 3 two\n`)
    expect(await test.ask(both, { do: 'export-next' })).toMatchObject({
      error: { code: 'WORKBENCH_NOT_NOW' },
    })
  })

  it('is given up for another one, and with the page', async () => {
    const test = await DeskTest.create()
    const both = test.open()
    test.log.open().in(Buffer.alloc(300_000, 'a'))
    await test.log.flush()
    await test.ask(both, { do: 'open-view', view: 1, filter: { kinds: ['in'] } })
    await both.page.next(() => both.page.pushes('view').find(({ rows }) => rows === 1))
    await test.ask(both, { do: 'export', view: 1, as: 'jsonl' })
    expect(await test.ask(both, { do: 'export-next' })).toMatchObject({ value: { isEnd: false } })
    await test.ask(both, { do: 'export', view: 1, as: 'text' })
    const pieces = [
      test.ask(both, { do: 'export-next' }),
      test.ask(both, { do: 'export-next' }),
      test.ask(both, { do: 'export-next' }),
    ]
    const [first, second, third] = (await Promise.all(pieces)) as { value?: { bytes: string } }[]
    expect(decode(first?.value?.bytes ?? '')).toMatch(/^text 1 a+\n$/)
    expect(second).toMatchObject({ value: { bytes: '', isEnd: true } })
    expect(third).toMatchObject({ error: { code: 'WORKBENCH_NOT_NOW' } })
    await test.ask(both, { do: 'export', view: 1, as: 'text' })
    both.desk.close()
  })

  it.each(['pcapng', 'hawser'] as const)('of messages is no %s', async (as) => {
    const test = await DeskTest.create()
    const both = test.open()
    await test.ask(both, { do: 'open-view', view: 1, filter: {}, messages: true })
    expect(await test.ask(both, { do: 'export', view: 1, as })).toMatchObject({
      error: { code: 'WORKBENCH_INVALID', message: expect.stringMatching(/made of rows/) },
    })
  })

  it('as a session log begins as one', async () => {
    const test = await DeskTest.create()
    const both = test.open()
    test.log.open().in(Buffer.from('one'))
    await test.log.flush()
    await test.ask(both, { do: 'open-view', view: 1, filter: {} })
    await test.ask(both, { do: 'export', view: 1, as: 'hawser' })
    const reply = await test.ask(both, { do: 'export-next' })
    const { bytes } = (reply as unknown as { value: { bytes: string } }).value
    expect(decode(bytes)).toMatch(/^HAWSERLG/)
  })
})

it('an export that is given up between two pieces closes what it reads', async () => {
  const closed: string[] = []
  async function* read(name: string): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield new Uint8Array(300_000)
    } finally {
      closed.push(name)
    }
  }
  const exports = new Exports()
  exports.begin(() => read('first'))
  await exports.next()
  exports.begin(() => read('second'))
  await exports.next()
  expect(closed).toEqual(['first'])
  exports.end()
  await expect(exports.next()).rejects.toMatchObject({ code: 'WORKBENCH_NOT_NOW' })
  expect(closed).toEqual(['first', 'second'])
})
