import { read, writeSync } from 'node:fs'
import { answerRequests } from '../support/answering.js'
import type { Weather } from '../network/network.js'

/** The largest packet of an interface with an MTU of 1 500, and then some. */
const largest = 2_048
/** Packets on their way in one direction; more are dropped, as a router's queue drops them. */
const longest = 20_000

const fds = process.argv.slice(2).map(Number)
let weather: Weather = { loss: 0, delay: 0 }
let packets = 0
let dropped = 0
let seed = 1

/** One direction: what is read here is written there, later. */
class Direction {
  readonly #from: number
  readonly #to: number
  readonly #way: { readonly due: number; readonly packet: Uint8Array }[] = []
  #isDelivering = false

  constructor(from: number, to: number) {
    this.#from = from
    this.#to = to
    this.#read()
  }

  #read(): void {
    const packet = Buffer.allocUnsafe(largest)
    read(this.#from, packet, 0, largest, null, (error, size) => {
      // The namespace is gone, and the device with it.
      if (error !== null) return
      this.#pass(packet.subarray(0, size))
      this.#read()
    })
  }

  #pass(packet: Uint8Array): void {
    const isCut = weather.loss >= 100
    if (!isCut) packets += 1
    if (isCut || random() * 100 < weather.loss || this.#way.length >= longest) {
      if (!isCut) dropped += 1
      return
    }
    this.#way.push({ due: performance.now() + weather.delay, packet })
    if (!this.#isDelivering) this.#deliverIn(weather.delay)
  }

  #deliver(): void {
    this.#isDelivering = false
    const now = performance.now()
    let count = 0
    for (const { due, packet } of this.#way) {
      if (due > now) break
      count += 1
      try {
        writeSync(this.#to, packet)
      } catch {
        // The device is down: what is written to it is lost.
      }
    }
    this.#way.splice(0, count)
    const next = this.#way[0]
    if (next !== undefined) this.#deliverIn(next.due - performance.now())
  }

  #deliverIn(milliseconds: number): void {
    this.#isDelivering = true
    setTimeout(() => this.#deliver(), Math.max(1, milliseconds))
  }
}

function random(): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 4_294_967_296
}

// Its threads wait in read(2), and an ordinary end would wait for them.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

const [first = -1, second = -1] = fds
const directions = [new Direction(first, second), new Direction(second, first)]

answerRequests(
  {
    weather(next: Weather) {
      weather = next
    },
    count: () => ({ packets, dropped }),
  },
  directions.length,
)
