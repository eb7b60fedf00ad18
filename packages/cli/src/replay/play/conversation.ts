import { setTimeout as delay } from 'node:timers/promises'
import type { Connection } from 'hawser'
import { describeFailure } from '../../failure.js'
import type { Difference } from '../difference.js'
import type { Step } from '../step.js'
import type { Command, Player } from './player.js'

/** How a connection went. */
export interface Outcome {
  /** The first difference; undefined when all was as recorded. */
  readonly difference?: Difference
  /** Why it could not be played to its end. */
  readonly failure?: string
  readonly bytesSent: number
  readonly bytesReceived: number
}

/** How long our last bytes may take to leave, once both sides have ended. */
const goodbye = 1_000

/** No timer takes more. */
const longestTimer = 2 ** 31 - 1

/** A player at one end of a connection. */
export class Conversation {
  readonly #connection: Connection
  readonly #player: Player
  readonly #steps: AsyncIterator<Step>
  readonly #first: Uint8Array | undefined
  readonly #over: Promise<Pick<Outcome, 'difference' | 'failure'>>
  #finish!: (how: Pick<Outcome, 'difference' | 'failure'>) => void
  #isOver = false
  #theyEnded = false
  #changed: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined

  /** @param first what has been read of the connection before */
  constructor(
    connection: Connection,
    player: Player,
    steps: AsyncIterator<Step>,
    first?: Uint8Array,
  ) {
    this.#connection = connection
    this.#player = player
    this.#steps = steps
    this.#first = first
    this.#over = new Promise((resolve) => {
      this.#finish = resolve
    })
  }

  /** Play it to its end. Never rejects. */
  async run(): Promise<Outcome> {
    const reading = this.#read()
    const scripting = this.#script()
    this.#follow([])
    const how = await this.#over
    clearTimeout(this.#timer)
    const connection = this.#connection
    if (this.#theyEnded && how.difference === undefined && how.failure === undefined) {
      await Promise.race([connection.closed, delay(goodbye, undefined, { ref: false })])
    }
    if (connection.phase !== 'closed') connection.reset()
    await Promise.all([reading, scripting, connection.closed])
    return { ...how, bytesSent: connection.bytesWritten, bytesReceived: connection.bytesRead }
  }

  /** A chunk at a time: what comes faster than it can be judged stays with the other side. */
  async #read(): Promise<void> {
    try {
      if (this.#first !== undefined) await this.#take(this.#first)
      for await (const chunk of this.#connection) {
        await this.#take(chunk)
        if (this.#isOver) return
      }
      this.#theyEnded = true
      this.#follow(this.#player.ended('end', performance.now()))
    } catch {
      this.#follow(this.#player.ended('reset', performance.now()))
    }
  }

  async #take(chunk: Uint8Array): Promise<void> {
    this.#follow(this.#player.received(chunk, performance.now()))
    while (!this.#isOver && !this.#player.wantsBytes) await this.#change()
  }

  async #script(): Promise<void> {
    try {
      while (!this.#isOver) {
        if (!this.#player.wantsStep) await this.#change()
        else if (!(await this.#readStep())) break
      }
    } catch (error) {
      this.#end({ failure: describeFailure(error).message })
    } finally {
      await this.#steps.return?.()
    }
  }

  async #readStep(): Promise<boolean> {
    const { done, value } = await this.#steps.next()
    if (this.#isOver) return false
    const now = performance.now()
    this.#follow(done === true ? this.#player.finish(now) : this.#player.take(value, now))
    return done !== true
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#changed.push(resolve))
  }

  #follow(commands: readonly Command[]): void {
    for (const command of commands) this.#obey(command)
    for (const wake of this.#changed.splice(0)) wake()
    this.#wake()
  }

  #obey(command: Command): void {
    switch (command.do) {
      case 'send':
        // That it cannot be sent is seen where it is read.
        this.#connection.send(command.bytes).then(
          () => this.#follow(this.#player.sent(performance.now())),
          () => {},
        )
        return
      case 'end':
        this.#connection.end().catch(() => {})
        return
      case 'reset':
        this.#connection.flush().then(
          () => this.#end({}),
          () => this.#end({}),
        )
        return
      case 'differ':
        this.#end({ difference: command.difference })
        return
      case 'done':
        this.#end({})
    }
  }

  #end(how: Pick<Outcome, 'difference' | 'failure'>): void {
    this.#isOver = true
    this.#finish(how)
    for (const wake of this.#changed.splice(0)) wake()
  }

  #wake(): void {
    clearTimeout(this.#timer)
    const { wakeAt } = this.#player
    if (this.#isOver || wakeAt === Infinity) return
    const time = Math.min(Math.max(0, wakeAt - performance.now()), longestTimer)
    this.#timer = setTimeout(() => this.#follow(this.#player.tick(performance.now())), time)
  }
}
