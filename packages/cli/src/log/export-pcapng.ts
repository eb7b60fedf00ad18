import type { LogEvent, LogRow } from 'hawser/log'
import { addressBytes } from '../pcapng/address.js'
import { fileStart } from '../pcapng/blocks.js'
import { Flow, type Sender } from '../pcapng/flow.js'
import type { End } from '../pcapng/packet.js'

/** A connection that is under way. */
interface Conversation {
  readonly flow: Flow
  /** Which of the two is the peer of the one that logged. */
  readonly peer: Sender
}

/** Rows as a file for Wireshark: each connection is a flow, and events are comments on its packets. */
export class PcapngExport {
  readonly #open = new Map<number, Conversation>()
  #hasBegun = false

  /** What a row adds to the file. */
  add(row: LogRow): Buffer[] {
    const start = this.#hasBegun ? [] : [fileStart()]
    this.#hasBegun = true
    // What belongs to no connection has no packet to be shown beside.
    return row.connection === 0 ? start : [...start, ...this.#packets(row)]
  }

  #packets(row: LogRow): Buffer[] {
    const { connection, time, event, kind } = row
    const known = this.#open.get(connection)
    const { flow, peer } = known ?? begin(connection, event)
    const opening = known === undefined ? this.#begun(row, { flow, peer }) : []
    if (kind === 'in') return [...opening, ...flow.data(time, peer, row.position, row.data)]
    if (kind === 'out')
      return [...opening, ...flow.data(time, otherOf(peer), row.position, row.data)]
    if (event?.event !== 'close') {
      const isNews = event !== undefined && known !== undefined && !isOpening(event)
      if (isNews) flow.note(describe(event))
      return opening
    }
    this.#open.delete(connection)
    flow.note(describe(event))
    const ender = event['by'] === 'remote' ? peer : otherOf(peer)
    return [...opening, ...flow.close(time, ender, event['reason'] === 'reset')]
  }

  #begun({ connection, time, event }: LogRow, conversation: Conversation): Buffer[] {
    this.#open.set(connection, conversation)
    conversation.flow.note(
      `connection ${connection}${event === undefined ? '' : `: ${describe(event)}`}`,
    )
    return conversation.flow.open(time)
  }
}

/** Whether it says what a connection is: where the oldest files of a log were deleted, one that `continues` does. */
function isOpening({ event }: LogEvent): boolean {
  return event === 'open' || event === 'continues'
}

/** An event as it is in the log; one that is nested too deeply by its name. */
function describe(event: LogEvent): string {
  try {
    return JSON.stringify(event)
  } catch {
    return event.event
  }
}

function begin(connection: number, event: LogEvent | undefined): Conversation {
  const details = event !== undefined && isOpening(event) ? event : undefined
  const remote = endOf(details?.['remoteAddress'], details?.['remotePort'])
  const local = endOf(details?.['localAddress'], details?.['localPort'])
  // A Unix socket has no addresses, and neither has a log that was cut off in front.
  const ends = remote && local ? { remote, local } : madeUp(connection)
  return details?.['side'] === 'client'
    ? { flow: new Flow(ends.local, ends.remote), peer: 'server' }
    : { flow: new Flow(ends.remote, ends.local), peer: 'client' }
}

function endOf(address: unknown, port: unknown): End | undefined {
  if (typeof address !== 'string' || addressBytes(address) === undefined) return undefined
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535)
    return undefined
  return { address, port }
}

function madeUp(connection: number): { remote: End; local: End } {
  // Loopback addresses of which no two connections have the same (RFC 1122, section 3.2.1.3).
  const [high, low] = [Math.floor(connection / 65_536) % 256, connection % 65_536]
  const address = `127.${high}.${low >>> 8}.${low & 0xff}`
  return { remote: { address, port: 40_000 }, local: { address: '127.0.0.1', port: 1 } }
}

function otherOf(sender: Sender): Sender {
  return sender === 'client' ? 'server' : 'client'
}
