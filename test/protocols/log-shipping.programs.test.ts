import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { Shipper } from '../../examples/protocols/log-shipping/shipper.js'
import { createFolder } from '../support/folders.js'
import { ROOT } from '../support/programs.js'
import { Running } from '../support/running.js'
import { until } from '../support/until.js'

const program = join(ROOT, 'examples/dist/protocols/log-shipping/main.js')
/** Lines that are unacknowledged at a time: so many may be stored twice with each kill. */
const atOnce = 100
const lines = 6_000

it('a log is shipped whole although its collector is killed twice', async () => {
  const file = join(createFolder(), 'log.jsonl')
  const collect = async (endpoint: string): Promise<{ running: Running; at: string }> => {
    const running = new Running(process.execPath, [program, 'collect', file, endpoint])
    const [, at = ''] = await running.prints(/(tcp:\S+)\n[^]*Ctrl-C/)
    return { running, at }
  }
  const idsInFile = (): number[] =>
    [...readFileSync(file, 'utf8').matchAll(/^\{"id":(\d+),.*\}$/gm)].map(([, id]) => Number(id))

  const first = await collect('tcp://127.0.0.1:0')
  const { at } = first
  let { running } = first
  const shipper = new Shipper(at, { backoff: { initial: 10, max: 10 } })
  onTestFinished(async () => void (await shipper.client.close({ drain: 0 })))
  const acknowledged = new Set<number>()
  let last = 0
  const shipped = Array.from({ length: atOnce }, async () => {
    while (last < lines) {
      last += 1
      const id = last
      await shipper.ship(`line ${id}`)
      acknowledged.add(id)
    }
  })
  for (const enough of [lines / 3, (lines * 2) / 3]) {
    await until(() => acknowledged.size >= enough)
    await running.kill()
    const kept = new Set(idsInFile())
    // What was acknowledged is in the file, also where its collector did not live on.
    expect([...acknowledged].filter((id) => !kept.has(id))).toEqual([])
    ;({ running } = await collect(at))
  }
  await Promise.all(shipped)
  await shipper.close()

  const ids = idsInFile()
  expect(new Set(ids).size).toBe(lines)
  expect(ids.length - lines).toBeLessThanOrEqual(2 * atOnce)
  expect(await running.interrupt()).toEqual({ code: 0, signal: null })
})

it('lines that are typed are shipped, and what is stored is said', async () => {
  const file = join(createFolder(), 'log.jsonl')
  const collector = new Running(process.execPath, [program, 'collect', file, 'tcp://127.0.0.1:0'])
  const [, at = ''] = await collector.prints(/(tcp:\S+)\n[^]*Ctrl-C/)
  const shipper = new Running(process.execPath, [program, 'ship', at])
  shipper.type('one\ntwo\n')
  shipper.finish()
  expect(await shipper.ended).toEqual({ code: 0, signal: null })
  expect(shipper.printed).toMatch(/^(all up to line [12] is stored\n){2}$/)
  expect(readFileSync(file, 'utf8')).toBe('{"id":1,"text":"one"}\n{"id":2,"text":"two"}\n')
})

it('without arguments it ships to itself, and ends', async () => {
  const both = new Running(process.execPath, [program])
  expect(await both.ended).toEqual({ code: 0, signal: null })
  expect(both.printed).toMatch(/^\{"id":1,"text":"started"\}\n[^]*"done"\}\n\n$/)
})
