import { valueOf } from '../../callbacks.js'
import { messageSize } from './message-size.js'
import { Pending, type Progress } from '../correlators/pending.js'
import { replyTooLarge } from './request-errors.js'

/** What a message that is kept takes beside itself. */
const overhead = 32

/** What ends a reply of several messages, and how much of it is kept. */
export interface ReplyRules<In> {
  /** Whether a message is the last of its reply. */
  readonly until: (message: In) => boolean
  /** Bytes of memory that its messages may take. */
  readonly maxReplyBytes: number
}

/** A request whose reply is several messages, kept until the last one came. */
export class ReplyList<In> extends Pending<In, In[]> {
  readonly #rules: ReplyRules<In>
  #messages: In[] = []
  #bytes = 0

  constructor(now: number, timeout: number, rules: ReplyRules<In>) {
    super(now, timeout)
    this.#rules = rules
  }

  override accept(message: In): Progress {
    const { maxReplyBytes } = this.#rules
    const isLast = this.#isLast(message)
    if (!this.settled) this.#keep(message)
    if (this.#bytes > maxReplyBytes) this.reject(replyTooLarge(maxReplyBytes))
    if (this.settled) this.#messages = []
    else if (isLast) this.resolve(this.#messages)
    return isLast ? 'whole' : 'part'
  }

  override restart(): void {
    super.restart()
    this.#messages = []
    this.#bytes = 0
  }

  #isLast(message: In): boolean {
    try {
      return valueOf('until', this.#rules.until(message))
    } catch (error) {
      // It would fail on the next connection as well, and on every one behind that.
      this.sendNoMore()
      throw error
    }
  }

  #keep(message: In): void {
    this.#bytes += messageSize(message) + overhead
    this.#messages.push(message)
  }
}
