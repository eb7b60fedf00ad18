import type { CloseInfo } from 'hawser'
import { codeOf } from '../failure.js'
import type { Sink } from '../output/sinks/sink.js'
import type { Activity } from './activity.js'
import type { Presenter } from './presenter.js'

/** Bytes of output that may wait to be written before nothing more is taken from the peer. */
const outputBacklog = 64 * 1024

/** Whom `hawser connect` talks to: a connection, or one after another. */
export interface Peer extends AsyncIterable<Uint8Array> {
  /** Fulfils with how the last connection ended, if there was one. */
  readonly closed: Promise<CloseInfo | undefined>
  /** Bytes that wait to be sent. */
  readonly unsent: number
  /** Bytes that came in and belonged to no message. */
  readonly skipped: number
  send(message: Uint8Array): Promise<void>
  /** Settles when everything sent was handed to the operating system. */
  flush(): Promise<void>
  /** Send nothing more. */
  end(): Promise<void>
  /** End in order: send what waits, then end, and take nothing more. */
  close(): void
}

/** What a direction ran into. */
export interface Troubles {
  /** A message the framing cannot carry. The next one may pass. */
  unsendable(error: Error): void
  /** The connection ended and there was more to send. */
  cut(): void
}

/** Where messages are shown, and how. */
export interface Stage {
  readonly sink: Sink
  readonly presenter: Presenter
}

/** Write what the peer sends, no faster than the output takes it, until the peer ends. */
export async function receive(
  peer: Peer,
  { sink, presenter }: Stage,
  activity: Activity,
): Promise<void> {
  try {
    for await (const message of peer) {
      activity.touch()
      sink.write(presenter.received(message))
      if (sink.queued > outputBacklog) await sink.drained()
    }
  } finally {
    sink.write(presenter.finish())
    activity.over()
  }
}

/**
 * Send messages no faster than the peer takes them.
 *
 * @returns whether all of them were sent
 */
export async function transmit(
  peer: Peer,
  messages: AsyncIterable<Uint8Array>,
  stage: Stage,
  troubles: Troubles,
  activity: Activity,
): Promise<boolean> {
  for await (const message of messages) {
    activity.begin()
    try {
      await peer.send(message)
      await showSent(message, stage)
    } catch (error) {
      if (!isFramingCode(codeOf(error))) {
        troubles.cut()
        return false
      }
      troubles.unsendable(error as Error)
    } finally {
      activity.end()
    }
  }
  // What cannot be flushed any more is told by `closed`.
  await peer.flush().catch(() => {})
  return true
}

/** What was sent is shown no faster than the output takes it, as what arrives is. */
async function showSent(message: Uint8Array, { sink, presenter }: Stage): Promise<void> {
  const shown = presenter.sent(message)
  if (shown === '') return
  sink.write(shown)
  if (sink.queued > outputBacklog) await sink.drained()
}

function isFramingCode(code: string | undefined): boolean {
  return code === 'HAWSER_MESSAGE_INVALID' || code === 'HAWSER_FRAME_TOO_LARGE'
}
