// A sender of HL7 messages: one at a time, each acknowledged before the next.
import { type Client, type ClientOptions, type CloseResult, createClient } from 'hawser'
import type { Destination } from 'hawser'
import { mllp, readAck, readHeader } from './mllp.js'

/** The receiver did not take a message. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  /** AE: try again later. AR: the message is wrong. */
  readonly code: string

  constructor(code: string, text: string) {
    super(text === '' ? `the receiver replied ${code}` : text)
    this.code = code
  }
}

/** One connection that comes back. */
export class Sender {
  readonly client: Client<string, string>

  constructor(endpoint: Destination, options: ClientOptions<string, string> = {}) {
    this.client = createClient<string, string>(endpoint, {
      framing: mllp(),
      ...options,
      // MLLP has one message under way at a time.
      maxPending: 1,
      correlate: {
        identify: (text) => ({ message: text, id: readHeader(text).controlId }),
        idOf: (text) => readAck(text).controlId,
      },
    })
  }

  /**
   * Send a message that the receiver may get twice: receivers tell copies by their control id.
   *
   * @returns rejects with RefusedError when it was not taken, else as `client.request` does
   */
  async send(text: string): Promise<void> {
    const { code, text: reason } = readAck(await this.client.request(text, { resend: true }))
    if (code !== 'AA' && code !== 'CA') throw new RefusedError(code, reason)
  }

  close(): Promise<CloseResult> {
    return this.client.close()
  }
}
