import type { ExchangeOptions, ExchangeResult, Extent } from '../load/exchange.js'
import type { Column, Sample, Session } from '../scenario.js'

/** What an exchange of messages shows of a server. */
export const exchangeColumns: readonly Column[] = [
  { key: 'rate', title: 'messages/s', digits: 0 },
  { key: 'cpu', title: 'CPU µs/message', digits: 3, spread: true },
  { key: 'p50', title: 'p50 µs', digits: 0 },
  { key: 'p99', title: 'p99 µs', digits: 0 },
]

type Pattern = Omit<ExchangeOptions, 'port'>

/** Load a server for the time a warm-up takes, or with as many frames on each connection. */
export async function warmUpExchange(
  session: Session,
  pattern: Pattern,
  extent: Extent = { duration: session.scale.warmUp },
): Promise<void> {
  const { load, port } = session
  await load.ask('open', { ...pattern, port } satisfies ExchangeOptions)
  await load.ask('run', extent)
  await load.ask('close')
}

/** Exchange messages on fresh connections and read the server's clock on both sides of it. */
export async function measureExchange(session: Session, pattern: Pattern): Promise<Sample> {
  const { load, server, port, scale } = session
  await load.ask('open', { ...pattern, port } satisfies ExchangeOptions)
  await load.ask('run', { duration: scale.measured / 5 })
  const before = (await server.ask('cpu')) as number
  const result = (await load.ask('run', { duration: scale.measured })) as ExchangeResult
  const after = (await server.ask('cpu')) as number
  await load.ask('close')
  const cpu = after - before
  return {
    rate: (result.messages / result.elapsed) * 1000,
    cpu: cpu / result.messages,
    cpuPerMiB: cpu / (result.bytes / 1048576),
    rateMiB: (result.bytes / 1048576 / result.elapsed) * 1000,
    p50: result.p50,
    p99: result.p99,
  }
}
