import { createAuthority } from '../../support/certificates.js'
import type { Fault, Finding } from '../support/fault.js'
import { type EntryState, format, settle } from '../support/ledger.js'
import type { Memory, Program } from '../support/program.js'
import type { SoakEndpoint, SoakOrder, SoakReport } from '../support/soak-endpoint.js'
import type { Stage } from '../support/stage.js'

const mebibyte = 1024 * 1024

/** How long to soak, and what may have grown by the end. */
export interface SoakOptions {
  /** Seconds between two measurements; what the first shows is what the others are held to. */
  readonly interval: number
  readonly intervals: number
  /** What either process may hold at the end, given what it held at the first measurement. */
  readonly most: (first: number) => number
  /** What `most` says, in words. */
  readonly bound: string
  /** Told of each row of the table. */
  readonly print: (row: string) => void
}

/** A minute of it; `npm run soak` takes ten. */
export const soak: Fault = {
  name: 'soak',
  title: 'connections of every kind come and go, and nothing is kept of them',
  run: (stage) =>
    runSoak(stage, {
      interval: stage.short ? 6 : 15,
      intervals: 4,
      most: (first) => first + 2 * mebibyte,
      bound: 'within 2 MiB',
      print: (row) => stage.say(row),
    }),
}

/** What one process holds. */
interface Held {
  readonly memory: Memory
  readonly live: number
  readonly descriptors: number
}

/**
 * Without the optimizing compiler: what it makes of the code that happens to be hot takes up to a
 * megabyte, comes and goes with the load of the minute, and a leak of that size would hide behind it.
 * Nor is compiled code thrown away at a collection, which would be counted as memory won.
 */
const flags = ['--expose-gc', '--no-opt', '--no-flush-bytecode']

/** Connections of every kind come and go; measured at rest, after a collection. */
export async function runSoak(stage: Stage, options: SoakOptions): Promise<Finding> {
  const server = await stage.start('styles-server', { flags })
  const clients = await stage.start('soak-clients', { flags })
  const authority = await createAuthority('Hawser soak')
  const pair = await authority.issue({ name: 'soak', names: ['127.0.0.1'] })
  const endpoints = await server.ask<SoakEndpoint[]>('listen', {
    host: '127.0.0.1',
    // What a peer holds open must end within the soak.
    options: { frameTimeout: 2_000 },
    pair,
  })
  const base = { server: server.descriptors, clients: clients.descriptors }
  const order: SoakOrder = { endpoints, ca: authority.cert, actors: 32, rest: 150 }
  await clients.ask('order', order)

  const totals = { visits: 0, sent: 0, acknowledged: 0 }
  let first: { server: Held; clients: Held } | undefined
  let last: { server: Held; clients: Held } | undefined
  options.print(heading)
  for (let interval = 1; interval <= options.intervals; interval += 1) {
    await clients.ask('work')
    await stage.pause(options.interval * 1_000)
    await clients.ask('rest')
    await stage.until(
      async () => (await server.ask<{ connections: number }>('info')).connections === 0,
      'the server has let go of all connections',
    )
    const report = await clients.ask<SoakReport>('report')
    const settlement = settle(report.accounts, await server.ask<EntryState[]>('book'))
    for (const problem of [...settlement.problems, ...report.surprises].slice(0, 10)) {
      stage.expect(false, problem)
    }
    totals.visits += Object.values(report.visits).reduce((sum, count) => sum + count, 0)
    totals.sent += settlement.sent
    totals.acknowledged += settlement.acknowledged
    last = { server: await measure(server), clients: await measure(clients) }
    first ??= last
    options.print(renderRow(interval * options.interval, totals, last))
  }

  const growth: string[] = []
  for (const name of ['server', 'clients'] as const) {
    const [before, after] = [first?.[name].live ?? NaN, last?.[name].live ?? NaN]
    const said = `${name} ${toMebibytes(before)} → ${toMebibytes(after)} MiB`
    growth.push(`${said} (${(((after - before) / before) * 100).toFixed(1)} %)`)
    stage.expect(after <= options.most(before), `${said} is not ${options.bound}`)
    const descriptors = last?.[name].descriptors ?? NaN
    stage.expect(
      descriptors <= base[name],
      `${name} has ${descriptors} descriptors open, and began with ${base[name]}`,
    )
  }
  const { visits, sent, acknowledged } = totals
  return {
    did: `${format(visits)} connections in ${options.interval * options.intervals} s; after a collection ${growth.join(', ')}, ${options.bound} of the first ${options.interval} s`,
    lost:
      stage.failures.length === 0
        ? `nothing of ${format(acknowledged)} acknowledged requests; ${format(sent - acknowledged)} had no answer when their client reset`
        : 'see below',
  }
}

async function measure(program: Program): Promise<Held> {
  const memory = await program.memory()
  return { memory, live: memory.heap + memory.external, descriptors: program.descriptors }
}

const heading = [
  '      s',
  'visits',
  'acknowledged',
  'server: heap',
  '+external',
  'buffers',
  'RSS MiB',
  'files',
  'clients: heap',
  '+external',
  'buffers',
  'RSS MiB',
  'files',
].join('  ')

function renderRow(
  seconds: number,
  { visits, acknowledged }: { visits: number; acknowledged: number },
  held: { server: Held; clients: Held },
): string {
  const cells = [String(seconds), format(visits), format(acknowledged)]
  for (const { memory, descriptors } of [held.server, held.clients]) {
    cells.push(
      toMebibytes(memory.heap),
      toMebibytes(memory.external),
      toMebibytes(memory.arrayBuffers),
      toMebibytes(memory.rss),
      String(descriptors),
    )
  }
  const widths = heading.match(/\s*\S+(?: \S+)?(?=  |$)/g) ?? []
  return cells
    .map((cell, at) => cell.padStart((widths[at]?.length ?? 9) + (at === 0 ? 0 : 0)))
    .join('')
}

function toMebibytes(bytes: number): string {
  return (bytes / mebibyte).toFixed(2)
}
