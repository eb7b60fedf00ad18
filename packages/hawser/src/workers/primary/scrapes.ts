import { systemClock } from '../../connection/time/system-clock.js'
import { type Family, mergeFamilies } from '../../metrics/family.js'
import { renderPrometheus } from '../../metrics/prometheus.js'
import type { NamesOf } from '../../options/option-names.js'
import { countersOf, labelFamilies, sumFamilies } from './family-sums.js'
import type { WorkersInfo } from './workers-info.js'
import type { WorkerProcess } from './worker-process.js'

/** How metrics of all workers are put together. */
export interface WorkersMetricsOptions {
  /**
   * `worker` (default): a series for each worker, with its place as the label `worker`. `total`: their
   * sums, as one process would have them. Not both on one page: who adds up the series of a name would
   * count everything twice.
   */
  readonly by?: 'worker' | 'total' | undefined
  /**
   * Milliseconds a worker has to reply. Default 1 000; one that takes longer is left out, and
   * `hawser_worker_scrapes_missed_total` says so.
   */
  readonly deadline?: number | undefined
}

/** The names of the options in {@link WorkersMetricsOptions}. */
export const workersMetricsNames: NamesOf<WorkersMetricsOptions> = {
  by: true,
  deadline: true,
}

/** Whose shares add up to a number that the primary knows better: some may be on their way. */
const limitName = 'hawser_connections_limit'

/** Metrics of all workers, gathered in the primary. */
export class Scrapes {
  readonly #limitOf: (server: string) => number | undefined
  /** What the workers of each place had counted that are gone. */
  readonly #past = new Map<number, Family[]>()
  /** What each said last. */
  readonly #last = new Map<WorkerProcess, readonly Family[]>()
  readonly #missed = new Map<number, number>()
  readonly #dropped = new Map<number, number>()
  /** Those that were asked and have not answered: one that is stuck is not asked again. */
  readonly #asked = new Set<WorkerProcess>()
  readonly #waiting = new Map<WorkerProcess, Set<() => void>>()

  /** @param limitOf how many connections all workers together may have at a server */
  constructor(limitOf: (server: string) => number | undefined) {
    this.#limitOf = limitOf
  }

  /** A worker has answered. */
  answered(worker: WorkerProcess, families: readonly Family[]): void {
    this.#last.set(worker, families)
    this.#asked.delete(worker)
    for (const finish of this.#waiting.get(worker) ?? []) finish()
  }

  /** A worker is gone: what it counted stays, as far as it was told. */
  ended(worker: WorkerProcess): void {
    const { slot } = worker
    const last = countersOf(this.#last.get(worker) ?? [])
    this.#last.delete(worker)
    this.#asked.delete(worker)
    this.#past.set(slot, sumFamilies([...(this.#past.get(slot) ?? []), ...last]))
    this.#dropped.set(slot, (this.#dropped.get(slot) ?? 0) + worker.dropped)
  }

  /** Ask all, and put their replies on a page. */
  async render(
    workers: readonly WorkerProcess[],
    info: WorkersInfo,
    by: 'worker' | 'total',
    deadline: number,
  ): Promise<string> {
    const able = workers.filter(({ state }) => state === 'listening' || state === 'leaving')
    const late = new Set<number>()
    await Promise.all(
      able.map(async (worker) => {
        if (await this.#ask(worker, deadline)) return
        late.add(worker.slot)
        this.#missed.set(worker.slot, (this.#missed.get(worker.slot) ?? 0) + 1)
      }),
    )
    const slots = Array.from({ length: info.count }, (_, index) => index + 1)
    const families =
      by === 'worker'
        ? slots
            .filter((slot) => !late.has(slot))
            .flatMap((slot) => labelFamilies(this.#sum([slot], late), { worker: String(slot) }))
        : this.#withLimits(this.#sum(slots, late))
    return renderPrometheus(mergeFamilies([...families, ...this.#own(workers, info)]))
  }

  #ask(worker: WorkerProcess, deadline: number): Promise<boolean> {
    const waiting = this.#waiting.get(worker) ?? new Set()
    this.#waiting.set(worker, waiting)
    return new Promise((resolve) => {
      const finish = (inTime: boolean): void => {
        waiting.delete(answered)
        if (waiting.size === 0) this.#waiting.delete(worker)
        timer.cancel()
        resolve(inTime)
      }
      const answered = (): void => finish(true)
      const timer = systemClock.schedule(() => finish(false), deadline, false)
      waiting.add(answered)
      if (this.#asked.has(worker)) return
      if (worker.say({ hawser: 'scrape' })) this.#asked.add(worker)
      else answered()
    })
  }

  /** Those who were late are remembered by what they had counted: a sum that falls is a lie. */
  #sum(slots: readonly number[], late: ReadonlySet<number>): Family[] {
    const families = slots.flatMap((slot) => {
      const live = [...this.#last].filter(([worker]) => worker.slot === slot)
      const said = live.flatMap(([, last]) => (late.has(slot) ? countersOf(last) : last))
      return [...said, ...(this.#past.get(slot) ?? [])]
    })
    return sumFamilies(families)
  }

  #withLimits(families: readonly Family[]): Family[] {
    return families.map((family) =>
      family.name === limitName
        ? {
            ...family,
            samples: family.samples.map((sample) => ({
              ...sample,
              value: this.#limitOf(sample.labels['server'] ?? 'main') ?? sample.value,
            })),
          }
        : family,
    )
  }

  /** What only the primary knows. */
  #own(workers: readonly WorkerProcess[], info: WorkersInfo): Family[] {
    const slots = Array.from({ length: info.count }, (_, index) => index + 1)
    const droppedOf = (slot: number): number =>
      workers
        .filter((worker) => worker.slot === slot)
        .reduce((sum, { dropped }) => sum + dropped, this.#dropped.get(slot) ?? 0)
    return [
      {
        name: 'hawser_workers',
        type: 'gauge',
        help: 'Worker processes, by what they are doing.',
        samples: (['starting', 'listening', 'leaving'] as const).map((state) => ({
          labels: { state },
          value: workers.filter((worker) => worker.state === state).length,
        })),
      },
      {
        name: 'hawser_worker_crashes_total',
        type: 'counter',
        help: 'Workers that ended without being asked to.',
        samples: [{ labels: {}, value: info.crashes }],
      },
      {
        name: 'hawser_worker_restarts_total',
        type: 'counter',
        help: 'Workers that were started in the place of another.',
        samples: [{ labels: {}, value: info.restarts }],
      },
      {
        name: 'hawser_worker_scrapes_missed_total',
        type: 'counter',
        help: 'Times a worker did not reply in time and was left out.',
        samples: slots.map((slot) => ({
          labels: { worker: String(slot) },
          value: this.#missed.get(slot) ?? 0,
        })),
      },
      {
        name: 'hawser_worker_messages_dropped_total',
        type: 'counter',
        help: 'Messages of the backplane that were dropped because a worker was too slow.',
        samples: slots.map((slot) => ({
          labels: { worker: String(slot) },
          value: droppedOf(slot),
        })),
      },
    ]
  }
}
