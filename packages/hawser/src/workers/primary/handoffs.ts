import type { Worker } from 'node:cluster'
import process from 'node:process'
import { setImmediate } from 'node:timers'
import type { ClockTimer } from '../../policy/clock.js'
import { systemClock } from '../../connection/time/system-clock.js'
import type { LoadMessage } from '../protocol.js'
import { chooseSeat } from './choose-seat.js'

/** Milliseconds that the others wait for a worker that is due and does not take its connection. */
const patience = 100

/** The part of a connection's handle that is used here. */
interface Handle {
  close(): void
}

/** The messages by which Node.js hands connections to workers; they are not documented. */
interface ClusterMessage {
  readonly cmd?: unknown
  readonly act?: unknown
  readonly key?: unknown
  readonly seq?: unknown
  readonly ack?: unknown
  readonly errno?: unknown
  readonly accepted?: unknown
}

/** A connection that was accepted and is to go to a worker. */
interface Arrival {
  readonly message: ClusterMessage
  readonly handle: Handle
}

type Send = (...words: unknown[]) => boolean

/** A worker that may be handed connections. */
class Seat {
  /** Where it listens. */
  readonly keys = new Set<unknown>()
  /** On their way to it, by their numbers. */
  readonly pending = new Map<unknown, Arrival>()
  readonly send: Send
  /** When it was handed the last one. */
  since = 0
  /** When among all it was handed the last one. */
  turn = 0
  #handed = 0
  #said = { open: 0, seen: 0 }

  readonly #worker: Worker

  constructor(worker: Worker) {
    this.#worker = worker
    this.send = worker.process.send.bind(worker.process) as Send
  }

  listensAt(key: unknown): boolean {
    return this.keys.has(key) && this.#worker.process.connected
  }

  /** Connections it has, by what it said last and was handed since. */
  get load(): number {
    return this.#said.open + this.#handed - this.#said.seen
  }

  get isIdle(): boolean {
    return this.pending.size === 0
  }

  get isLate(): boolean {
    return !this.isIdle && systemClock.now() - this.since >= patience
  }

  heard({ open, seen }: LoadMessage): void {
    this.#said = { open, seen }
  }

  hand(arrival: Arrival, turn: number): void {
    this.#handed += 1
    this.turn = turn
    this.since = systemClock.now()
    this.pending.set(arrival.message.seq, arrival)
    this.send(arrival.message, arrival.handle)
  }
}

/**
 * Gives each new connection to the worker that has the fewest.
 *
 * Node.js accepts a connection in the primary and sends it to the worker whose turn it is, which is the
 * one that replies the soonest. Here it is taken from Node.js before it is sent, and sent to the worker
 * of our choice, one at a time to each. When a worker dies before it has replied, Node.js would never
 * close its own copy of the connection, nor emit `disconnect` (seen with Node.js 20, 24 and 26); this
 * does both. The connection is not given to another worker: the dead one may have read from it.
 *
 * Messages that look different are left to Node.js.
 */
export class Handoffs {
  readonly #seats = new Set<Seat>()
  #arrivals: Arrival[] = []
  #turn = 0
  #timer: ClockTimer | undefined

  /**
   * A worker was started.
   *
   * @returns told how many connections the worker has
   */
  add(worker: Worker): (message: LoadMessage) => void {
    const { process: child } = worker
    const seat = new Seat(worker)
    const { send } = seat
    this.#seats.add(seat)
    child.send = (...words: unknown[]): boolean => {
      const [message, handle] = words as [ClusterMessage | null | undefined, unknown]
      if (message?.cmd !== 'NODE_CLUSTER') return send(...words)
      if (message.act === 'newconn' && isHandle(handle)) {
        this.#arrived(worker, { message, handle })
        return true
      }
      const isListening = message.ack !== undefined && message.key !== undefined
      if (isListening && (message.errno ?? 0) === 0) seat.keys.add(message.key)
      return send(...words)
    }
    child.on('internalMessage', (message: ClusterMessage) => this.#heard(seat, message))
    this.#watchEnd(worker, seat)
    return (message) => {
      seat.heard(message)
    }
  }

  #watchEnd({ process: child }: Worker, seat: Seat): void {
    let isTold = false
    const disconnect = child.disconnect.bind(child)
    // Node.js calls it when the other end of the channel is closed, behind all that was said before.
    child.disconnect = (): void => {
      disconnect()
      setImmediate(() => {
        if (!isTold) child.emit('disconnect')
      })
    }
    child.once('disconnect', () => {
      isTold = true
      this.#seats.delete(seat)
      for (const { handle } of seat.pending.values()) handle.close()
      seat.pending.clear()
      this.#spread()
    })
  }

  #arrived(worker: Worker, arrival: Arrival): void {
    const { message, handle } = arrival
    this.#arrivals.push(arrival)
    const close = handle.close.bind(handle)
    // For Node.js this one is done: it closes its copy, which is ours from now on, and sends the next.
    process.nextTick(() => {
      handle.close = (): void => {}
      const reply = { cmd: 'NODE_CLUSTER', ack: message.seq, accepted: true, hawser: true }
      worker.process.emit('internalMessage' as 'message', reply, undefined as never)
      handle.close = close
      this.#spread()
    })
  }

  #heard(seat: Seat, message: ClusterMessage): void {
    if (message.cmd !== 'NODE_CLUSTER' || 'hawser' in message) return
    if (message.act === 'close') seat.keys.delete(message.key)
    const arrival = seat.pending.get(message.ack)
    if (message.ack !== undefined && arrival !== undefined) {
      seat.pending.delete(message.ack)
      if (message.accepted === true) arrival.handle.close()
      else this.#arrivals.unshift(arrival)
    }
    this.#spread()
  }

  #spread(): void {
    const waiting: Arrival[] = []
    const blocked = new Set<unknown>()
    for (const arrival of this.#arrivals) {
      const { key } = arrival.message
      if (blocked.has(key)) {
        waiting.push(arrival)
        continue
      }
      const seats = [...this.#seats].filter((seat) => seat.listensAt(key))
      const seat = chooseSeat(seats)
      if (seat !== undefined) {
        this.#turn += 1
        seat.hand(arrival, this.#turn)
      } else if (seats.length > 0) {
        blocked.add(key)
        waiting.push(arrival)
      } else arrival.handle.close()
    }
    this.#arrivals = waiting
    this.#timer?.cancel()
    this.#timer =
      waiting.length === 0 ? undefined : systemClock.schedule(() => this.#spread(), patience, false)
  }
}

function isHandle(value: unknown): value is Handle {
  return typeof (value as Handle | undefined)?.close === 'function'
}
