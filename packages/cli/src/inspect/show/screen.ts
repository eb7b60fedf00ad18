import type { SeenBytes, SeenClose, SeenConnection, SeenEvent, SeenThread } from '@hawser/inspect'
import type { ServerEvent } from '../../output/events.js'
import { count } from '../../output/numbers.js'
import type { SeenOpenEvent, Whose } from '../../output/seen.js'
import type { Conversation } from '../watch/conversation.js'
import type { Reporter } from '../watch/reporter.js'

/** How it is shown. */
export interface ScreenOptions {
  /**
   * Whether there are secrets: the words of a program are not shown then, nor what comes behind bytes that are missing, in
   * which one may have begun.
   */
  readonly isMasked: boolean
  readonly isHttp2Shown: boolean
}

/** Shows what is seen, as events of the command. */
export class Screen implements Reporter {
  readonly #tell: (event: ServerEvent) => void
  readonly #isMasked: boolean
  readonly #isHttp2Shown: boolean
  /** Connections whose bytes are not shown any more. */
  readonly #hidden = new Set<number>()
  #open = 0
  /** That of the bytes that come next, where it was not known before. */
  #protocol: string | undefined

  constructor(tell: (event: ServerEvent) => void, { isMasked, isHttp2Shown }: ScreenOptions) {
    this.#tell = tell
    this.#isMasked = isMasked
    this.#isHttp2Shown = isHttp2Shown
  }

  thread(thread: SeenThread, seenAt: number): void {
    const { ppid, node, argv } = thread
    const words = this.#isMasked ? {} : { argv }
    this.#tell({ event: 'thread', ...whoseOf(thread), ppid, node, ...words, seenAt })
  }

  threadEnded(thread: SeenThread): void {
    this.#tell({ event: 'thread-ended', ...whoseOf(thread) })
  }

  open(conversation: Conversation): void {
    const { id, connection, time: seenAt } = conversation
    this.#open++
    const { thread, host, path, local, remote } = connection
    const name = path ?? host
    this.#tell({
      event: 'opened',
      id,
      how: howOf(conversation),
      remote: remote ?? name ?? 'local',
      local: local ?? path ?? 'local',
      ...(name === undefined ? {} : { host: name }),
      ...whoseOf(thread),
      connections: this.#open,
      seenAt,
    })
  }

  protocol({ protocol }: Conversation): void {
    this.#protocol = protocol.name
  }

  bytes({ id }: Conversation, { direction, bytes }: SeenBytes, seenAt: number): void {
    const name = this.#protocol
    this.#protocol = undefined
    if (this.#hidden.has(id)) return
    const known = name === undefined ? {} : { protocol: name }
    this.#tell({ event: 'message', id, direction, bytes, ...known, seenAt })
  }

  event({ id, connection }: Conversation, event: SeenEvent, seenAt: number): void {
    switch (event.event) {
      case 'tls':
        this.#tell({ event: 'secured', id, tls: tlsOf(connection), seenAt })
        break
      case 'unseen': {
        const text = sayUnseen(connection.unseen ?? '', this.#isHttp2Shown)
        this.#tell({ event: 'note', id, what: 'unseen', text })
        break
      }
      case 'lost': {
        const { in: read, out } = event.missed
        const text = `${count(read)} B in, ${count(out)} B out came faster than they could be taken`
        this.#tell({ event: 'note', id, what: 'lost', text })
        if (!this.#isMasked || this.#hidden.has(id)) break
        this.#hidden.add(id)
        const why = 'its bytes are left out from here on, for --mask: a secret may begin in those'
        this.#tell({ event: 'note', id, what: 'unseen', text: why })
        break
      }
      case 'connected':
      case 'end':
    }
  }

  close({ id, connection, protocol }: Conversation, close: SeenClose, seenAt: number): void {
    const { by, reason, counted } = close
    this.#open--
    this.#hidden.delete(id)
    const { captured, lost } = connection
    const { name } = protocol
    this.#tell({
      event: 'closed',
      ...{ id, by, reason },
      in: counted?.in ?? captured.in + lost.in,
      out: counted?.out ?? captured.out + lost.out,
      ...(lost.in + lost.out === 0 ? {} : { lost }),
      ...(name === undefined ? {} : { protocol: name }),
      connections: this.#open,
      seenAt,
    })
  }

  trouble(text: string): void {
    this.#tell({ event: 'notice', text })
  }
}

const unseenWords: Readonly<Record<string, string>> = {
  consumed: 'its bytes are read by Node.js itself, since before it was watched',
  native: 'its bytes are read and written by Node.js itself',
}

function sayUnseen(why: string, isHttp2Shown: boolean): string {
  if (why !== 'http2') return unseenWords[why] ?? why
  if (isHttp2Shown) return 'HTTP/2 without TLS is read and written by Node.js itself'
  return 'HTTP/2 is read and written by Node.js itself: --http2 shows it, where it has TLS'
}

/** Whose connection it is. */
export function whoseOf({ title, pid, threadId }: SeenThread): Whose {
  return { program: title, pid, ...(threadId === 0 ? {} : { thread: threadId }) }
}

function howOf({ connection, isFailed }: Conversation): SeenOpenEvent['how'] {
  if (connection.role === 'accept') return 'accepted'
  if (connection.role === 'adopt') return 'met'
  return isFailed ? 'tried' : 'connected'
}

function tlsOf({ tls }: SeenConnection): Extract<ServerEvent, { event: 'secured' }>['tls'] {
  return {
    protocol: tls?.version ?? 'TLS',
    cipher: tls?.cipher ?? '',
    ...(tls?.sni === undefined ? {} : { servername: tls.sni }),
    ...(tls?.alpn === undefined ? {} : { alpn: tls.alpn }),
  }
}
