import type { ConnectionState, ProgramAround } from '@hawser/workbench'
import type { Conversation } from '../../inspect/watch/conversation.js'
import type { LogReporter } from '../../inspect/show/log-reporter.js'
import type { Reporter } from '../../inspect/watch/reporter.js'

/** The connections of a watched program that are open, for a page. */
export class OpenConnections implements Reporter {
  readonly #log: LogReporter
  readonly #around: Pick<ProgramAround, 'failed' | 'changed'>
  readonly #open = new Map<number, Conversation>()

  /** @param log knows their numbers */
  constructor(log: LogReporter, around: Pick<ProgramAround, 'failed' | 'changed'>) {
    this.#log = log
    this.#around = around
  }

  /** The first of them, and how many there are. */
  first(most: number): { readonly all: number; readonly connections: readonly ConnectionState[] } {
    const connections: ConnectionState[] = []
    for (const conversation of this.#open.values()) {
      if (connections.length >= most) break
      connections.push(this.#describe(conversation))
    }
    return { all: this.#open.size, connections }
  }

  thread(): void {
    this.#around.changed()
  }

  threadEnded(): void {
    this.#around.changed()
  }

  open(conversation: Conversation): void {
    this.#open.set(conversation.id, conversation)
    this.#around.changed()
  }

  protocol(): void {
    // The log has it.
  }

  bytes(): void {
    this.#around.changed()
  }

  event(): void {
    // The log has it.
  }

  close({ id }: Conversation): void {
    this.#open.delete(id)
    this.#around.changed()
  }

  trouble(text: string): void {
    this.#around.failed(text)
  }

  #describe(conversation: Conversation): ConnectionState {
    const { connection, time, protocol } = conversation
    const { thread, local, remote, host, path, captured, lost, before, tls } = connection
    return {
      id: this.#log.numberOf(conversation) ?? 0,
      session: 0,
      local: local ?? path ?? 'local',
      remote: remote ?? path ?? host ?? 'local',
      since: time,
      ...{ phase: 'open', isPaused: false, unsent: 0 },
      bytesRead: before.in + captured.in + lost.in,
      bytesWritten: before.out + captured.out + lost.out,
      holder: holderOf(thread),
      guess: protocol.name,
      ...(tls === undefined
        ? {}
        : {
            tls: {
              protocol: tls.version ?? 'TLS',
              cipher: tls.cipher ?? '',
              alpn: tls.alpn,
              servername: tls.sni,
              certificates: [],
            },
          }),
    }
  }
}

/** As the events of the log have it: `app.js 4711`, `app.js 4711, thread 2`. */
function holderOf({ title, pid, threadId }: Conversation['connection']['thread']): string {
  return `${title} ${pid}${threadId === 0 ? '' : `, thread ${threadId}`}`
}
