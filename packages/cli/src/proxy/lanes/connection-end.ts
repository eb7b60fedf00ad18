import type { Connection } from 'hawser'
import type { Ending } from '../faults/stage.js'
import type { LaneEnd } from './lane.js'

/** Bytes waiting to be sent above which a lane hands on nothing more. */
const highWaterMark = 128 * 1024

/** A connection as the end of a lane. */
export class ConnectionEnd implements LaneEnd {
  isFull = false
  readonly #connection: Connection
  readonly #resume: () => void
  readonly #finish: (how: Ending) => void

  /**
   * @param resume called when it takes bytes again
   * @param finish called once, with how it ends
   */
  constructor(connection: Connection, resume: () => void, finish: (how: Ending) => void) {
    this.#connection = connection
    this.#resume = resume
    this.#finish = finish
  }

  send(piece: Uint8Array): void {
    // What went wrong with it is how the connection ended.
    void this.#connection.send(piece)
    if (this.isFull || this.#connection.unsent <= highWaterMark) return
    this.isFull = true
    const goOn = (): void => {
      this.isFull = false
      this.#resume()
    }
    this.#connection.flush().then(goOn, goOn)
  }

  finish(how: Ending): void {
    this.#finish(how)
  }
}
