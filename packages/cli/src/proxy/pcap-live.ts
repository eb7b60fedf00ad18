import { type Connection, createServer, raw, type Server } from 'hawser'
import { fileStart } from '../pcapng/blocks.js'
import { Flow, type Sender } from '../pcapng/flow.js'
import type { End } from '../pcapng/packet.js'
import type { Way } from './faults/fault.js'
import type { ConnectionRecord, Recorder } from './recorder.js'
import type { ProxyClosedEvent } from '../output/events.js'

/** Viewers at once. */
const mostViewers = 16
/** Milliseconds that viewers may take to get the last packets. */
const patience = 500

/** It is served. */
export interface ServedPcap {
  readonly recorder: Recorder
  /** As Wireshark's `-i` takes it. */
  readonly place: string
}

/**
 * Serves what goes through proxies as pcapng, from when a viewer connects on: `wireshark -k -i
 * TCP@127.0.0.1:57012` (PCAP-over-IP). A viewer that is too slow misses packets, and holds up no one.
 *
 * @returns rejects with what the library says when it cannot listen
 */
export async function servePcap(port: number): Promise<ServedPcap> {
  const server = createServer(
    { framing: raw(), maxConnections: mostViewers },
    { open: (viewer) => viewer.send(fileStart()) },
  )
  await server.listen({ host: '127.0.0.1', port })
  const [address] = server.addresses()
  const listening = typeof address === 'object' ? address.port : port
  return { recorder: new LivePcap(server), place: `TCP@127.0.0.1:${listening}` }
}

class LivePcap implements Recorder {
  readonly #server: Server<Uint8Array, Uint8Array | string>

  constructor(server: Server<Uint8Array, Uint8Array | string>) {
    this.#server = server
  }

  open(proxy: string, client: Connection): ConnectionRecord {
    const flow = new LiveFlow(client, (packets) => this.#send(packets))
    flow.note(`through ${proxy}`)
    flow.begin()
    return flow
  }

  failed(): void {
    // It has sent nothing, and there is no packet to say it beside.
  }

  async close(): Promise<void> {
    await this.#server.close({ drain: patience })
  }

  #send(packets: readonly Buffer[]): void {
    if (this.#server.connections.size === 0) return
    for (const packet of packets) this.#server.broadcast(packet, { overflow: 'skip' })
  }
}

class LiveFlow implements ConnectionRecord {
  readonly #flow: Flow
  readonly #send: (packets: readonly Buffer[]) => void
  readonly #position = { up: 0, down: 0 }

  constructor(client: Connection, send: (packets: readonly Buffer[]) => void) {
    this.#flow = new Flow(endOf(client.remote, 1), endOf(client.local, 2))
    this.#send = send
  }

  note(text: string): void {
    this.#flow.note(text)
  }

  begin(): void {
    this.#send(this.#flow.open(Date.now()))
  }

  came(way: Way, piece: Uint8Array): void {
    const sender: Sender = way === 'up' ? 'client' : 'server'
    this.#send(this.#flow.data(Date.now(), sender, this.#position[way], piece))
    this.#position[way] = (this.#position[way] + piece.length) >>> 0
  }

  ended(): void {
    // Both directions end with the connection.
  }

  fault(_way: Way, _name: string, fault: string, what?: string): void {
    this.note(what === undefined ? fault : `${fault}: ${what}`)
  }

  ruled(_way: Way, rule: string, what: string): void {
    this.note(`${rule}: ${what}`)
  }

  closed({ by, reason }: ProxyClosedEvent): void {
    this.note(`${reason} by ${by}`)
    const isReset = reason !== 'ended'
    this.#send(this.#flow.close(Date.now(), by === 'target' ? 'server' : 'client', isReset))
  }
}

/** A Unix socket has no address: one is made up. */
function endOf(end: { address: string; port?: number } | undefined, port: number): End {
  if (end?.port === undefined) return { address: '127.0.0.1', port }
  return { address: end.address, port: end.port }
}
