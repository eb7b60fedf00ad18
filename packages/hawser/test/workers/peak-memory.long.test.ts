import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { WorkersInfo } from 'hawser/workers'
import { describe, expect, it } from 'vitest'
import { bundled } from '../../../../test/support/bundled.js'
import {
  lookingIntoProcesses,
  peakMemory,
  seesProcesses,
} from '../../../../test/support/processes.js'
import { Running } from '../../../../test/support/running.js'
import { Caller, startTestWorkers } from './support/workers.js'

const primaryScript = bundled(fileURLToPath(new URL('support/primary.mjs', import.meta.url)))

const text = 'x'.repeat(1_000)

describe.skipIf(!seesProcesses)(lookingIntoProcesses('the memory of workers'), () => {
  it('500 topics joined and left in turn end no process of 256 MB, and take none above 250 MB', async () => {
    const limited = [process.execPath, '--max-old-space-size=256', primaryScript]
    const primary = new Running('env', ['BACKPLANE=yes', 'OPTIONS={"maxTopics":500}', ...limited])
    const [, port] = await primary.prints(/serving (\d+) by/)
    const address = { address: '127.0.0.1', family: 'IPv4', port: Number(port) } as const
    const callers = [await Caller.call(address), await Caller.call(address)]
    const pids = await Promise.all(callers.map((caller) => caller.pid()))
    expect(new Set(pids).size).toBe(2)
    // Several at a time, some of which find a topic joined by another and some of which do not.
    for (const caller of [...callers, ...callers]) await caller.say('tour 500 250')
    for (const caller of [...callers, ...callers]) expect(await caller.next()).toBe('toured')
    primary.type('info\n')
    const [said] = await primary.prints(/\{.*\}\n/)
    const { pid, workers, crashes } = JSON.parse(said) as WorkersInfo & { pid: number }
    expect(crashes).toBe(0)
    expect(new Set(workers.map((worker) => worker.pid))).toEqual(new Set(pids))
    const peaks = [pid, ...pids].map(peakMemory)
    expect(peaks.filter((peak) => peak > 250)).toEqual([])
  })

  describe.each(['stopped', 'slow'])('a worker beside a %s one', (how) => {
    it('stays flat while it publishes, and counts what was not passed on', async () => {
      const workers = await startTestWorkers({
        env: { BACKPLANE: 'yes' },
        maxQueuedBytes: 1024 * 1024,
      })
      const [publisher, member] = [await Caller.call(workers), await Caller.call(workers)]
      const [publishing, hindered] = [await publisher.pid(), await member.pid()]
      expect(publishing).not.toBe(hindered)
      await member.say('join deck')
      await member.next()
      if (how === 'slow') {
        await member.say('doze')
        await member.next()
      } else process.kill(hindered, 'SIGSTOP')
      let [sent, lost, heard] = [0, 0, 0]
      const hearing = (async () => {
        // Its own outbox must not be what drops.
        while ((await member.next()) === text) heard += 1
        throw new Error(`the member is gone after ${heard} messages`)
      })()
      hearing.catch(() => {})
      const publish = async (count: number): Promise<number> => {
        for (let each = 0; each < count; each += 1) await publisher.say(`tell deck ${text}`)
        sent += count
        await publisher.say('lost')
        lost = Number(await publisher.next())
        await publisher.say('memory')
        return Number(await publisher.next())
      }
      const before = await publish(10_000)
      expect((await publish(50_000)) - before).toBeLessThan(2 * 1024 * 1024)
      expect(peakMemory(publishing)).toBeLessThanOrEqual(250)
      if (how === 'stopped') process.kill(hindered, 'SIGCONT')
      const dropped = (): number =>
        workers.info().workers.find(({ pid }) => pid === hindered)?.dropped ?? 0
      const settle = async (): Promise<void> => {
        while (heard + dropped() + lost < sent) await new Promise(setImmediate)
      }
      await Promise.race([hearing, settle()])
      expect(heard + dropped() + lost).toBe(sent)
      if (how === 'stopped') expect(dropped()).toBeGreaterThan(0)
    })
  })
})
