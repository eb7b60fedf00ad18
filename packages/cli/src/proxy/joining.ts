import type { Connection } from 'hawser'
import { Chance } from './faults/chance.js'
import { showFault, type Way } from './faults/fault.js'
import type { Effect } from './faults/stage.js'
import type { FaultSet } from './faults/fault-set.js'
import { Cutter } from './lanes/cutter.js'
import { Session } from './lanes/session.js'
import type { Ledger } from './records/ledger.js'
import { RuledWay } from './rules/ruled-way.js'
import type { ProxySurroundings } from './surroundings.js'
import type { Teller } from './teller.js'

/** A connection on its way through a proxy. */
export interface Joining {
  readonly id: number
  /** Its number at this proxy, which its chance comes from. */
  readonly ordinal: number
  readonly record: Ledger | undefined
  readonly proxy: { readonly name: string; readonly faults: FaultSet }
  readonly around: ProxySurroundings
  readonly teller: Teller
}

/** A client and the target, joined by lanes: shown, logged, ruled and broken as the command was told. */
export function createSession(client: Connection, target: Connection, joining: Joining): Session {
  const { id, ordinal, record, proxy, around, teller } = joining
  const { clock, reserve, seed, options } = around
  const cutters = { up: createCutter(joining, 'up'), down: createCutter(joining, 'down') }
  const masked = around.createMask?.()
  const show = (way: Way, piece: Uint8Array): void => {
    if (masked === undefined) cutters[way].cut(piece)
    else masked.take(way, piece, (bytes) => cutters[way].cut(bytes))
  }
  const session = new Session(client, target, {
    faults: proxy.faults,
    clock,
    reserve,
    chance: (fault) => new Chance(seed, `${proxy.name}/${ordinal}/${fault}`),
    struck: (fault, what, effect) => {
      teller.struck(id, fault, what)
      record?.fault(fault.way, fault.name, showFault(fault), what, effect)
    },
    filters: createFilters(joining),
    tls: options.tlsOut,
    secured: () => teller.secured(id, client, target),
    broke: (error) => teller.failed(error, id),
    came: (way, piece) => {
      record?.came(way, piece)
      if (!options.quiet) show(way, piece)
    },
    settled: (way) => record?.settled(way),
    ended: (way) => record?.ended(way),
  })
  void session.result.then(() => {
    masked?.end()
    for (const cutter of [cutters.up, cutters.down]) cutter.end()
  })
  return session
}

/** What stands in front of the lanes; undefined without rules. */
function createFilters({ id, record, around, teller }: Joining): Record<Way, RuledWay> | undefined {
  const rules = around.rules()
  if (rules === undefined) return undefined
  const create = (way: Way): RuledWay => {
    const applied = (rule: string, what: string, effect?: Effect): void => {
      teller.ruled(id, way, rule, what)
      record?.ruled(way, rule, what, effect)
    }
    return new RuledWay({ rules, framing: around.framing, way, connection: id, applied })
  }
  return { up: create('up'), down: create('down') }
}

function createCutter({ id, around, teller }: Joining, direction: Way): Cutter {
  return new Cutter(around.framing, {
    message: (bytes) => teller.tell({ event: 'message', id, direction, bytes }),
    failed: (error) => teller.failed(error, id),
  })
}
