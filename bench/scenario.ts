import type { Candidate } from './candidates.js'
import type { Child } from './child.js'
import type { Peer } from './toolchain.js'

/** What one measurement of one candidate gave, by the column's key. */
export type Sample = Readonly<Record<string, number>>

/** All candidates' samples of one round. */
export type Round = ReadonlyMap<string, Sample>

/** A column of a scenario's table. */
export interface Column {
  readonly key: string
  readonly title: string
  readonly digits: number
  /** Also show the smallest and the largest value, where there is room. */
  readonly spread?: boolean
}

/** A figure to reach: a value computed within each round, whose median counts. */
export interface Figure {
  readonly title: string
  readonly atMost: number
  readonly unit: string
  /** The runtime beside Node.js that it is about: without that, it is not measured. */
  readonly needs?: Peer
  /** Undefined when a candidate it needs is not on this machine. */
  readonly value: (round: Round) => number | undefined
}

/** How large the loads are. */
export interface Scale {
  /** Milliseconds of load after a server was started. */
  readonly warmUp: number
  /** Milliseconds of load that are measured. */
  readonly measured: number
  /** What counts of connections and bytes are multiplied with: 1, or less to try the bench out. */
  readonly size: number
}

/** A server that runs, and the processes that load it. */
export interface Session {
  readonly server: Child
  readonly port: number
  readonly load: Child
  /** A second load process, started the first time it is asked for. */
  otherLoad(): Promise<Child>
  readonly scale: Scale
}

/** One row or several of the table of figures: what is measured on which servers. */
export interface Scenario {
  readonly id: string
  readonly title: string
  /** What is done, for the report. */
  readonly description: string
  readonly candidates: readonly Candidate[]
  readonly columns: readonly Column[]
  readonly figures: readonly Figure[]
  /**
   * Into how many parts a round is divided: each server is measured for a part in turn, and the parts'
   * samples are averaged, so that what else the machine does meets all of them alike. Default 1.
   */
  readonly passes?: number
  /** Start the servers anew for every round, not only every third. */
  readonly freshServers?: boolean
  /** Load a server that was just started, until its code is compiled. */
  warmUp?(candidate: Candidate, session: Session): Promise<void>
  measure(candidate: Candidate, session: Session): Promise<Sample>
}

/** The ratio of one column between two candidates of a round. */
export function ratio(key: string, of: string, to: string): (round: Round) => number | undefined {
  return (round) => {
    const numerator = round.get(of)?.[key]
    const denominator = round.get(to)?.[key]
    return numerator === undefined || denominator === undefined
      ? undefined
      : numerator / denominator
  }
}

/** One column of one candidate. */
export function value(key: string, of: string): (round: Round) => number | undefined {
  return (round) => round.get(of)?.[key]
}

/** A count that shrinks with the scale. */
export function scaled(count: number, { size }: Scale): number {
  return Math.max(1, Math.round(count * size))
}

/** Wait until the server has as many connections: those of the load may still be in its backlog. */
export async function countConnections({ server }: Session, expected: number): Promise<void> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const count = (await server.ask('connections')) as number
    if (count === expected) return
    if (Date.now() > deadline) throw new Error(`${count} connections instead of ${expected}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
