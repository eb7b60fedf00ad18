import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { createServer } from 'hawser'
import { currentWorker, joinWorkers, type Workers } from 'hawser/workers'
import { describe, expect, it } from 'vitest'
import { bundled } from '../../../../test/support/bundled.js'
import { createFolder } from '../../../../test/support/folders.js'
import { Running } from '../../../../test/support/running.js'
import { addressOf, askPid, Caller, startTestWorkers } from './support/workers.js'

const pidsOf = (workers: Workers): (number | undefined)[] =>
  workers.info().workers.map(({ pid }) => pid)

describe('workers', () => {
  it('serve one port, and take connections in turn', async () => {
    const workers = await startTestWorkers({ count: 3 })
    const counts = new Map<number, number>()
    // One after the other: a worker that is still busy with one is passed over.
    for (let each = 0; each < 9; each += 1) {
      const pid = await (await Caller.call(workers)).pid()
      counts.set(pid, (counts.get(pid) ?? 0) + 1)
    }
    expect(new Set(counts.keys())).toEqual(new Set(pidsOf(workers)))
    expect([...counts.values()]).toEqual([3, 3, 3])
  })

  it('need not be: the same program runs alone', async () => {
    const server = createServer()
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => process.listenerCount(name))
    expect([currentWorker(), joinWorkers(server)]).toEqual([undefined, undefined])
    await server.listen('127.0.0.1:0')
    expect(server.listening).toBe(true)
    await server.close()
    const after = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => process.listenerCount(name))
    expect(after).toEqual(signals)
  })

  it('print whole lines to whoever asks for them', async () => {
    const printed: string[] = []
    const workers = await startTestWorkers({
      output: (bytes, { slot, error }) => {
        for (const line of String(bytes).trimEnd().split('\n')) {
          printed.push(`${slot} ${error} ${line}`)
        }
      },
    })
    const [first, second] = pidsOf(workers)
    await workers.close()
    expect(printed.toSorted()).toEqual([
      `1 false left ${first}`,
      `1 false listening ${first}`,
      `2 false left ${second}`,
      `2 false listening ${second}`,
    ])
  })
})

describe('a worker that crashes', () => {
  it('is replaced, and only its own connections are lost', async () => {
    const workers = await startTestWorkers()
    const [one, other] = [await Caller.call(workers), await Caller.call(workers)]
    const [crashing, staying] = [await one.pid(), await other.pid()]
    const exit = once(workers, 'exit')
    const replaced = once(workers, 'listening')
    await one.say('crash')
    expect(await one.isLeft()).toBe(true)
    expect(await exit).toMatchObject([{ pid: crashing, code: 7, signal: null, expected: false }])
    await replaced
    expect(await other.pid()).toBe(staying)
    const pids = pidsOf(workers)
    expect(pids).toContain(staying)
    expect(pids).not.toContain(crashing)
    // The one that stays has a connection already: of three that stay open, one at least is its own.
    const asked = new Set<number>()
    for (let each = 0; each < 3; each += 1) asked.add(await (await Caller.call(workers)).pid())
    expect(asked).toEqual(new Set(pids))
    expect(workers.info()).toMatchObject({ listening: 2, crashes: 1, restarts: 1 })
  })

  it('has its port again, though the system chose it and nobody else had it', async () => {
    const workers = await startTestWorkers({ count: 1 })
    const before = addressOf(workers)
    const caller = await Caller.call(workers)
    const replaced = once(workers, 'listening')
    await caller.say('crash')
    await replaced
    expect(addressOf(workers)).toEqual(before)
    await askPid(workers)
  })
})

describe('reload', () => {
  it('replaces every worker, and lets the old ones finish', async () => {
    const workers = await startTestWorkers()
    const old = pidsOf(workers)
    const callers = [await Caller.call(workers), await Caller.call(workers)]
    // Connected, and silent so far: their first request is still answered by whom they came to.
    const silent = [await Caller.call(workers), await Caller.call(workers)]
    for (const caller of callers) await caller.pid()
    const reloading = workers.reload()
    const answers = await Promise.all(silent.map((caller) => caller.pid()))
    for (const answer of answers) expect(old).toContain(answer)
    expect(await reloading).toEqual({ replaced: 2, drained: 4, forced: 0, killed: 0 })
    for (const caller of [...callers, ...silent]) {
      expect(await caller.next()).toBeUndefined()
      expect(await caller.isLeft()).toBe(true)
    }
    const fresh = pidsOf(workers)
    expect(fresh.filter((pid) => old.includes(pid))).toEqual([])
    expect(new Set([await askPid(workers), await askPid(workers)])).toEqual(new Set(fresh))
    expect(workers.info()).toMatchObject({ crashes: 0, restarts: 2, reloading: false })
  })

  it('stops at a new worker that does not start, and the old ones stay', async () => {
    const broken = join(createFolder(), 'broken')
    const workers = await startTestWorkers({ env: { BROKEN_IF: broken } })
    const before = pidsOf(workers)
    writeFileSync(broken, '')
    await expect(workers.reload()).rejects.toMatchObject({
      code: 'HAWSER_WORKER_FAILED',
      message: 'worker 1 did not start: this version is broken',
    })
    expect(pidsOf(workers)).toEqual(before)
    expect(before).toContain(await askPid(workers))
    expect(workers.info()).toMatchObject({ listening: 2, reloading: false })
  })
})

describe('close', () => {
  it('drains, and counts who ended and who was forced', async () => {
    const workers = await startTestWorkers()
    const callers = [await Caller.call(workers), await Caller.call(workers)]
    for (const caller of callers) await caller.pid()
    const [, stuck] = callers
    await stuck?.hold()
    const closing = workers.close({ drain: 60_000 })
    expect(await callers[0]?.next()).toBeUndefined()
    // The second signal of an impatient operator.
    expect(await workers.close({ drain: 0 })).toEqual({ drained: 1, forced: 1, killed: 0 })
    expect(await closing).toEqual({ drained: 1, forced: 1, killed: 0 })
    expect(workers.info()).toMatchObject({ closing: true, listening: 0, workers: [] })
  })

  it('is what the signal does', async () => {
    const controller = new AbortController()
    const workers = await startTestWorkers({ signal: controller.signal })
    const closed = once(workers, 'close')
    controller.abort()
    await closed
    await expect(startTestWorkers({ signal: controller.signal })).rejects.toMatchObject({
      code: 'HAWSER_ABORTED',
    })
  })
})

describe('a primary that is killed', () => {
  it('leaves no worker behind, and they let their connections finish', async () => {
    const script = bundled(fileURLToPath(new URL('support/primary.mjs', import.meta.url)))
    const primary = new Running(process.execPath, [script])
    const [, port] = await primary.prints(/serving (\d+) by (\d+),(\d+)/)
    const caller = await Caller.call({
      address: '127.0.0.1',
      family: 'IPv4',
      port: Number(port),
    })
    const pid = await caller.pid()
    // It fulfils when nobody has its output open any more: when the workers are gone too.
    const ending = primary.kill()
    expect(await caller.next()).toBeUndefined()
    await ending
    expect(primary.printed).toContain(`left ${pid}`)
    expect(primary.printed.match(/^left /gm)).toHaveLength(2)
  })
})

describe('options', () => {
  it.each([
    [{ count: 0 }, /count is 0: it takes a whole number of workers from 1 to 1024, or 'auto'/],
    [{ count: 1.5 }, /count is 1.5/],
    [{ script: '' }, /script is "": it takes a path or a file: URL/],
    [{ drain: -1 }, /drain is -1/],
    [{ startTimeout: 0 }, /startTimeout is 0/],
    [{ leaveTimeout: 0 }, /leaveTimeout is 0/],
    [{ maxQueuedBytes: 0 }, /maxQueuedBytes is 0/],
    [{ backoff: { factor: 0.5 } }, /backoff.factor is 0.5/],
  ])('%j is refused', async (options, message) => {
    await expect(startTestWorkers(options)).rejects.toMatchObject({
      code: 'HAWSER_INVALID_OPTION',
      message: expect.stringMatching(message) as string,
    })
  })
})
