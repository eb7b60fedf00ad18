import { type CloseInfo, connect, type ConnectOptions } from 'hawser'
import type { Dialect } from './dialects.js'
import type { Style } from './styles.js'

/** A client's end of a conversation, the same in whatever style it is consumed. */
export interface Caller {
  readonly closed: Promise<CloseInfo>
  say(text: string): Promise<void>
  /** The next answer; undefined when there are no more. */
  hear(): Promise<string | undefined>
  /** Say that nothing more will be said. */
  finish(): Promise<void>
  close(): Promise<unknown>
  reset(): void
}

/** Call somebody. */
export async function call(
  endpoint: string,
  style: Style,
  dialect: Dialect,
  options: Omit<ConnectOptions<unknown, unknown>, 'framing' | 'handler'>,
): Promise<Caller> {
  const { toMessage, toText, framing } = dialect
  const heard = style === 'handler' ? new Heard() : undefined
  const connection = await connect<unknown, unknown>(endpoint, {
    ...options,
    framing,
    ...(heard === undefined
      ? {}
      : {
          handler: {
            message: (_connection, message: unknown) => heard.add(toText(message)),
            close: () => heard.end(),
          },
        }),
  })
  const end = {
    closed: connection.closed,
    close: () => connection.close(),
    reset: () => connection.reset(),
  }
  const plain = {
    say: (text: string) => connection.send(toMessage(text)),
    finish: () => connection.end(),
  }
  if (heard !== undefined) return { ...end, ...plain, hear: () => heard.next() }
  if (style === 'streams') {
    const reader = connection.readable.getReader()
    const writer = connection.writable.getWriter()
    return {
      ...end,
      say: (text) => writer.write(toMessage(text)),
      finish: () => writer.close(),
      hear: async () => {
        const { done, value } = await reader.read()
        return done ? undefined : toText(value)
      },
    }
  }
  if (style === 'duplex') {
    const duplex = connection.duplex()
    duplex.on('error', () => {})
    const messages = duplex.iterator({ destroyOnReturn: false })
    const write = (act: (done: (error?: Error | null) => void) => void): Promise<void> =>
      new Promise((resolve, reject) => {
        act((error) => (error instanceof Error ? reject(error) : resolve()))
      })
    return {
      ...end,
      say: (text) => write((done) => duplex.write(toMessage(text), done)),
      finish: () => write((done) => duplex.end(done)),
      hear: async () => {
        const { done, value } = await messages.next()
        return done === true ? undefined : toText(value)
      },
    }
  }
  const messages = connection[Symbol.asyncIterator]()
  return {
    ...end,
    ...plain,
    hear: async () => {
      const { done, value } = await messages.next()
      return done === true ? undefined : toText(value)
    },
  }
}

/** What a handler object was told, asked for one at a time. */
class Heard {
  readonly #texts: string[] = []
  #wake: (() => void) | undefined
  #ended = false

  add(text: string): void {
    this.#texts.push(text)
    this.#wake?.()
  }

  end(): void {
    this.#ended = true
    this.#wake?.()
  }

  async next(): Promise<string | undefined> {
    while (this.#texts.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#texts.shift()
  }
}
