import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import process from 'node:process'
import type { HawserError } from 'hawser'
import parse from 'parse-prometheus-text-format'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Caller, startTestWorkers } from './support/workers.js'

const withOptions = (options: object): { env: { OPTIONS: string } } => ({
  env: { OPTIONS: JSON.stringify(options) },
})

describe('maxConnections of all workers together', () => {
  /** How many of so many that connect are let in, and the callers that are. */
  async function fill(
    workers: Awaited<ReturnType<typeof startTestWorkers>>,
    count: number,
  ): Promise<Caller[]> {
    const inside: Caller[] = []
    for (let each = 0; each < count; each += 1) {
      const caller = await Caller.call(workers)
      await caller.say('who').catch(() => {})
      if ((await caller.next().catch(() => undefined)) !== undefined) inside.push(caller)
    }
    return inside
  }

  it('is not exceeded, and nearly reached', async () => {
    const workers = await startTestWorkers(withOptions({ maxConnections: 20 }))
    const inside = await fill(workers, 30)
    expect(inside.length).toBeLessThanOrEqual(20)
    expect(inside.length).toBeGreaterThanOrEqual(19)
  })

  it('is not exceeded while old workers drain', async () => {
    const workers = await startTestWorkers({
      ...withOptions({ maxConnections: 8 }),
      drain: Infinity,
    })
    const before = await fill(workers, 8)
    expect(before.length).toBeGreaterThanOrEqual(7)
    for (const caller of before) await caller.hold()
    const reloading = workers.reload().catch((error: HawserError) => error.code)
    await once(workers, 'listening')
    const during = await fill(workers, 8)
    expect(before.length + during.length).toBeLessThanOrEqual(8)
    expect((await workers.close({ drain: 0 })).forced).toBe(before.length + during.length)
    expect(await reloading).toBe('HAWSER_WORKERS_CLOSED')
  })

  it('is there again for the new ones when the old ones have cut off what they had', async () => {
    const workers = await startTestWorkers({ ...withOptions({ maxConnections: 8 }), drain: 1 })
    const before = await fill(workers, 8)
    for (const caller of before) await caller.hold()
    expect((await workers.reload()).forced).toBe(before.length)
    const after = await fill(workers, 8)
    expect(after.length).toBeGreaterThanOrEqual(7)
  })
})

describe('metrics of all workers', () => {
  /** A busy machine gets the time that it needs. */
  const patient = { deadline: 60_000 }
  const inTotal = { by: 'total', ...patient } as const
  type Family = ReturnType<typeof parse>[number]
  const read = (page: string): Map<string, Family> =>
    new Map(parse(page).map((family) => [family.name, family]))
  const valuesOf = (page: string, name: string): Record<string, string> => {
    const metrics = read(page).get(name)?.metrics ?? []
    return Object.fromEntries(
      metrics.map(({ labels, value }) => [labels?.['worker'] ?? '', value ?? '']),
    )
  }

  it('are told by worker and in total, and stay when a worker leaves', async () => {
    const workers = await startTestWorkers()
    for (let each = 0; each < 4; each += 1) await (await Caller.call(workers)).pid()
    const name = 'hawser_connections_accepted_total'
    expect(valuesOf(await workers.prometheus(patient), name)).toEqual({ 1: '2', 2: '2' })
    const total = await workers.prometheus(inTotal)
    expect(valuesOf(total, name)).toEqual({ '': '4' })
    expect(valuesOf(total, 'hawser_connections')).toEqual({ '': '4' })
    expect(valuesOf(total, 'hawser_accepting')).toEqual({ '': '1' })
    await workers.reload()
    const page = await workers.prometheus(patient)
    expect(valuesOf(page, name)).toEqual({ 1: '2', 2: '2' })
    expect(valuesOf(page, 'hawser_connections')).toEqual({ 1: '0', 2: '0' })
    expect(valuesOf(page, 'hawser_worker_restarts_total')).toEqual({ '': '2' })
    const duration = read(await workers.prometheus(inTotal)).get(
      'hawser_connection_duration_seconds',
    )
    expect(duration?.metrics[0]?.count).toBe('4')
  })

  it('tell a limit that stays what it is when workers are replaced', async () => {
    const workers = await startTestWorkers(withOptions({ maxConnections: 1_000 }))
    const limit = async (): Promise<string | undefined> =>
      valuesOf(await workers.prometheus(inTotal), 'hawser_connections_limit')['']
    expect(await limit()).toBe('1000')
    await workers.reload()
    expect(await limit()).toBe('1000')
    await workers.reload()
    expect(await limit()).toBe('1000')
    const shares = async (): Promise<number> =>
      Object.values(valuesOf(await workers.prometheus(patient), 'hawser_connections_limit'))
        .map(Number)
        .reduce((sum, share) => sum + share, 0)
    // One that a worker gave back may be on its way to another.
    while ((await shares()) !== 1_000);
  })

  it('leave out a worker that does not answer, and say so', async () => {
    const workers = await startTestWorkers()
    await (await Caller.call(workers)).pid()
    await (await Caller.call(workers)).pid()
    await workers.prometheus(patient)
    const stopped = workers.info().workers.find(({ slot }) => slot === 2)?.pid ?? 0
    process.kill(stopped, 'SIGSTOP')
    // The other one answers in time on a busy machine as well.
    const deadline = 3_000
    const page = await workers.prometheus({ deadline })
    expect(valuesOf(page, 'hawser_connections')).toEqual({ 1: '1' })
    expect(valuesOf(page, 'hawser_worker_scrapes_missed_total')).toEqual({ 1: '0', 2: '1' })
    const total = await workers.prometheus({ by: 'total', deadline })
    expect(valuesOf(total, 'hawser_connections_accepted_total')).toEqual({ '': '2' })
    process.kill(stopped, 'SIGCONT')
  })

  it('ask a worker that does not answer once, however often they are read', async () => {
    const workers = await startTestWorkers()
    const stopped = workers.info().workers.find(({ slot }) => slot === 2)?.pid ?? 0
    process.kill(stopped, 'SIGSTOP')
    let answers = 0
    const heard = (worker: Worker, message: { hawser?: string }): void => {
      if (worker.process.pid === stopped && message.hawser === 'scraped') answers += 1
    }
    cluster.on('message', heard)
    onTestFinished(() => void cluster.off('message', heard))
    for (let each = 0; each < 30; each += 1) await workers.prometheus({ deadline: 1 })
    process.kill(stopped, 'SIGCONT')
    while (answers === 0) await new Promise(setImmediate)
    await workers.prometheus(patient)
    expect(answers).toBeLessThanOrEqual(2)
  })
})

describe('the backplane of workers', () => {
  it('brings what is broadcast at one to the members at all', async () => {
    const workers = await startTestWorkers({ env: { BACKPLANE: 'yes' } })
    const callers = await Promise.all(Array.from({ length: 6 }, () => Caller.call(workers)))
    const pids = new Set<number>()
    for (const caller of callers) pids.add(await caller.pid())
    expect(pids.size).toBe(2)
    const [speaker] = callers
    await speaker?.say('shout ahoy')
    for (const caller of callers) expect(await caller.next()).toBe('ahoy')
  })

  it('brings what is sent to a topic to its members, and to no others', async () => {
    const workers = await startTestWorkers({ env: { BACKPLANE: 'yes' } })
    const callers = [await Caller.call(workers), await Caller.call(workers)]
    const [one, other] = callers as [Caller, Caller]
    expect(await one.pid()).not.toBe(await other.pid())
    await other.say('join deck')
    expect(await other.next()).toBe('joined deck')
    await one.say('tell deck heave')
    expect(await other.next()).toBe('heave')
    await one.say('tell hold nothing')
    await one.say('tell deck ho')
    expect(await other.next()).toBe('ho')
  })

  it('counts the members of a topic at all workers, and names the one that hangs', async () => {
    const workers = await startTestWorkers({ env: { BACKPLANE: 'yes' } })
    const callers = [await Caller.call(workers), await Caller.call(workers)]
    const [one, other] = callers as [Caller, Caller]
    await one.pid()
    const pid = await other.pid()
    for (const caller of callers) {
      await caller.say('join deck')
      expect(await caller.next()).toBe('joined deck')
    }
    await one.say('count deck 60000')
    expect(await one.next()).toBe('{"members":2,"silent":[]}')
    process.kill(pid, 'SIGSTOP')
    await one.say('count deck 200')
    const counted = await one.next()
    process.kill(pid, 'SIGCONT')
    expect(counted).toMatch(new RegExp(`^{"members":1,"silent":\\["worker-\\d-${pid}-\\d"\\]}$`))
  })

  it('drops what a worker does not take, and counts it', async () => {
    const workers = await startTestWorkers({ env: { BACKPLANE: 'yes' }, maxQueuedBytes: 10_000 })
    const callers = [await Caller.call(workers), await Caller.call(workers)]
    const [one, other] = callers as [Caller, Caller]
    await one.pid()
    const stuck = await other.pid()
    process.kill(stuck, 'SIGSTOP')
    const text = 'x'.repeat(20_000)
    const droppedOf = (): number =>
      workers.info().workers.find(({ pid }) => pid === stuck)?.dropped ?? 0
    // What the operating system keeps for the stopped worker is not in the queue.
    while (droppedOf() === 0) {
      await one.say(`shout ${text}`)
      expect(await one.next()).toBe(text)
    }
    process.kill(stuck, 'SIGCONT')
    let last: string | undefined = text
    while (last === text) {
      last = await other.next()
      // While some still wait, this one may be dropped as well.
      await one.say('shout still here')
    }
    expect(last).toBe('still here')
  })

  /** How many batches workers have sent to this process. */
  function countBatches(): () => number {
    let count = 0
    const heard = (_worker: unknown, message: { hawser?: string }): void => {
      if (message.hawser === 'parcels') count += 1
    }
    cluster.on('message', heard)
    onTestFinished(() => void cluster.off('message', heard))
    return () => count
  }

  it('carries what is sent in one turn in one message', async () => {
    const workers = await startTestWorkers({ env: { BACKPLANE: 'yes' } })
    const [one, other] = [await Caller.call(workers), await Caller.call(workers)]
    expect(await one.pid()).not.toBe(await other.pid())
    const batches = countBatches()
    const words = Array.from({ length: 1_000 }, (_, index) => `word ${index}`)
    await Promise.all(words.map((word) => one.say(`shout ${word}`)))
    for (const word of words) expect(await other.next()).toBe(word)
    expect(batches()).toBeGreaterThan(0)
    expect(batches()).toBeLessThan(100)
  })

  it('says nothing of a topic that is joined and left in one turn', async () => {
    const workers = await startTestWorkers({ env: { BACKPLANE: 'yes' } })
    const [one, other] = [await Caller.call(workers), await Caller.call(workers)]
    expect(await one.pid()).not.toBe(await other.pid())
    const batches = countBatches()
    const visits = Array.from({ length: 500 }, (_, index) => index)
    await Promise.all(visits.map((each) => one.say(`visit ${each}`)))
    for (const each of visits) expect(await one.next()).toBe(`left ${each}`)
    await one.say('shout done')
    expect(await other.next()).toBe('done')
    expect(batches()).toBe(1)
  })

  it('goes on with the worker that replaces one', async () => {
    const workers = await startTestWorkers({ env: { BACKPLANE: 'yes' } })
    await workers.reload()
    const callers = [await Caller.call(workers), await Caller.call(workers)]
    for (const caller of callers) await caller.pid()
    await callers[0]?.say('shout again')
    for (const caller of callers) expect(await caller.next()).toBe('again')
  })
})
