import process from 'node:process'
import { ListenError } from '../../errors.js'
import { isOurs, type PrimaryMessage, type WorkerMessage } from '../protocol.js'

type Answer = PrimaryMessage & { hawser: 'answer' }
/** A request of a worker, without the number it gets. */
type Request = DistributiveOmit<Extract<WorkerMessage, { id: number }>, 'id'>
type DistributiveOmit<Message, Key extends PropertyKey> = Message extends unknown
  ? Omit<Message, Key>
  : never

/** A worker's end of the channel to its primary. */
export class PrimaryLink {
  readonly #waiting = new Map<number, (answer: Answer | undefined) => void>()
  #lastId = 0
  #released = false

  /** @param hear told what the primary says unasked */
  constructor(hear: (message: PrimaryMessage) => void) {
    process.on('message', (message: unknown) => {
      if (!isOurs(message)) return
      const said = message as PrimaryMessage
      if (said.hawser === 'answer') this.#waiting.get(said.id)?.(said)
      else hear(said)
    })
  }

  /** Whether the primary is there. */
  get isOpen(): boolean {
    return process.connected
  }

  /**
   * Say something.
   *
   * @returns fulfils when it has left this process, or cannot any more
   */
  say(message: WorkerMessage): Promise<void> {
    return new Promise((resolve) => {
      if (!this.isOpen || process.send === undefined) resolve()
      // An error means that the primary is gone, and that is heard of anyway.
      else process.send(message, undefined, undefined, () => resolve())
    })
  }

  /** Ask something. Rejects with what the primary says against it, or when it is gone. */
  async ask(request: Request): Promise<unknown> {
    this.#lastId += 1
    const id = this.#lastId
    // A process that waits for an answer must not end for want of anything else to do.
    if (this.#released) process.channel?.ref()
    const answer = await new Promise<Answer | undefined>((resolve) => {
      this.#waiting.set(id, resolve)
      void this.say({ ...request, id })
      if (!this.isOpen) resolve(undefined)
    })
    this.#waiting.delete(id)
    if (this.#released && this.#waiting.size === 0) process.channel?.unref()
    if (answer === undefined) {
      const text =
        'the primary process is gone, and with it the sockets to listen on: start it again'
      throw new ListenError('HAWSER_LISTEN_FAILED', text, { op: 'listen' })
    }
    if (answer.error === undefined) return answer.value
    const { code, message } = answer.error
    throw Object.assign(new Error(message), { code })
  }

  /** The primary is gone: nothing that waits is answered any more. */
  lost(): void {
    for (const resolve of this.#waiting.values()) resolve(undefined)
  }

  /** Let the process end though the channel is open. */
  release(): void {
    this.#released = true
    if (this.#waiting.size === 0) process.channel?.unref()
  }
}
