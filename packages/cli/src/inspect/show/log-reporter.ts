import type { SeenBytes, SeenClose, SeenEvent, SeenThread } from '@hawser/inspect'
import {
  type LoggedConnection,
  type LoggedEnds,
  type OpenDetails,
  rowFlags,
  type SessionLog,
} from 'hawser/log'
import type { Conversation } from '../watch/conversation.js'
import { splitPlace } from '../watch/place.js'
import { isOfClient } from '../watch/protocol.js'
import type { Reporter } from '../watch/reporter.js'
import { whoseOf } from './screen.js'

/** Writes what is seen to a session log, with the times of the program. */
export class LogReporter implements Reporter {
  readonly #log: SessionLog
  readonly #details: OpenDetails
  readonly #sources = new Map<number, number>()
  readonly #open = new Map<number, LoggedConnection>()

  /** @param details what else is said of each connection when it begins */
  constructor(log: SessionLog, details: OpenDetails = {}) {
    this.#log = log
    this.#details = details
  }

  /** The number of a connection in the log, while it is open. */
  numberOf(conversation: Conversation): number | undefined {
    return this.#open.get(conversation.id)?.id
  }

  thread(thread: SeenThread, time: number): void {
    const { ppid, node, argv } = thread
    // A password may be one of them.
    const words = this.#log.info().isMasked ? {} : { argv }
    const source = this.#log.source({ ...whoseOf(thread), ppid, node, ...words }, time)
    this.#sources.set(thread.number, source)
  }

  threadEnded(thread: SeenThread): void {
    this.#sources.delete(thread.number)
  }

  open(conversation: Conversation): void {
    const { connection, time, id } = conversation
    const { thread, role, host, path, local, remote, before } = connection
    const isLate = before.in + before.out > 0
    const details = {
      side: isOfClient(connection) ? 'client' : 'server',
      role,
      ...whoseOf(thread),
      ...(host === undefined ? {} : { host }),
      ...(path === undefined ? {} : { path }),
      ...(isLate ? { late: true } : {}),
      ...this.#details,
    }
    const source = this.#sources.get(thread.number)
    this.#open.set(id, this.#log.open(endsOf(local, remote), details, { source, time }))
  }

  protocol({ id, protocol }: Conversation, time: number): void {
    this.#open.get(id)?.event({ event: 'protocol', name: protocol.name }, time)
  }

  bytes({ id }: Conversation, { direction, bytes, isTls }: SeenBytes, time: number): void {
    this.#open.get(id)?.[direction](bytes, isTls ? rowFlags.tls : 0, time)
  }

  event({ id, connection }: Conversation, event: SeenEvent, time: number): void {
    const logged = this.#open.get(id)
    if (event.event === 'tls') logged?.event({ event: 'tls', ...connection.tls }, time)
    else if (event.event === 'end') {
      logged?.event({ event: 'end', direction: event.direction }, time)
    } else if (event.event === 'unseen') {
      logged?.event({ event: 'unseen', why: connection.unseen }, time)
    } else if (event.event === 'lost') logged?.lost({ rows: 1, ...event.missed }, time)
  }

  close({ id, connection }: Conversation, { by, reason, counted }: SeenClose, time: number): void {
    const { captured, lost } = connection
    const bytesRead = counted?.in ?? captured.in + lost.in
    const bytesWritten = counted?.out ?? captured.out + lost.out
    this.#open.get(id)?.close({ by, reason, bytesRead, bytesWritten, unsent: 0 }, time)
    this.#open.delete(id)
  }

  trouble(text: string): void {
    const { session } = this.#details
    this.#log.event({ event: 'note', text, ...(session === undefined ? {} : { session }) })
  }
}

function endsOf(local: string | undefined, remote: string | undefined): LoggedEnds {
  const [ours, theirs] = [local, remote].map((place) =>
    place === undefined ? undefined : (splitPlace(place) ?? { host: place, port: undefined }),
  )
  return {
    localAddress: ours?.host,
    localPort: ours?.port,
    remoteAddress: theirs?.host,
    remotePort: theirs?.port,
  }
}
