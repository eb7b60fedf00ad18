// A Redis client: what `createClient` has, in Redis's words.
import {
  type Client,
  type ClientOptions,
  type CloseResult,
  createClient,
  type Endpoint,
  type RequestOptions,
} from 'hawser'
import { resp } from './resp.js'
import { Push, RespError, type Value } from './values.js'

export interface RedisOptions extends Pick<
  ClientOptions<Value, Value>,
  'backoff' | 'clock' | 'connectTimeout' | 'maxQueued' | 'requestTimeout' | 'tls' | 'whileDown'
> {
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** Told of each message published to a channel that was subscribed to. */
  readonly onMessage?: ((channel: string, text: string) => void | Promise<void>) | undefined
}

/** One connection that comes back, with its login and its subscriptions. */
export class Redis {
  readonly client: Client<Value, Value>
  readonly #channels = new Set<string>()

  constructor(endpoint: Endpoint, options: RedisOptions = {}) {
    const { username = 'default', password, onMessage, ...rest } = options
    const login = password === undefined ? [] : ['AUTH', username, password]
    this.client = createClient<Value, Value>(endpoint, {
      ...rest,
      framing: resp({ version: 3 }),
      correlate: { isPush: (value) => value instanceof Push },
      heartbeat: { ping: ['PING'] },
      onConnect: async ({ connection, request }) => {
        // Under RESP3 what is published comes as a push, and cannot be taken for a reply.
        throwError(await request(['HELLO', '3', ...login]))
        if (this.#channels.size > 0) await connection.send(['SUBSCRIBE', ...this.#channels])
      },
      onMessage: (value) => {
        const [kind, channel, text] = (value as Push).items
        if (kind === 'message') return onMessage?.(channel as string, text as string)
      },
    })
  }

  /**
   * Any command, such as `command(['GET', 'key'])`.
   *
   * @returns the reply; rejects with RespError when the server says no, and else as
   *   `client.request` does
   */
  command(
    words: readonly (string | number | Uint8Array)[],
    options?: RequestOptions,
  ): Promise<Value> {
    // Not an async function: each of them costs as much as a reply does to decode.
    return this.client.request(toTexts(words), options).then(throwError)
  }

  get(key: string): Promise<string | null> {
    return this.command(['GET', key]) as Promise<string | null>
  }

  /** @param ttl milliseconds until it is gone; for ever when left out */
  async set(key: string, value: string, ttl?: number): Promise<void> {
    await this.command(ttl === undefined ? ['SET', key, value] : ['SET', key, value, 'PX', ttl])
  }

  async increment(key: string): Promise<number> {
    return (await this.command(['INCR', key])) as number
  }

  /** @returns how many received it */
  async publish(channel: string, text: string): Promise<number> {
    return (await this.command(['PUBLISH', channel, text])) as number
  }

  /** Get what is published there, until the client is closed, across reconnects. */
  subscribe(channel: string): void {
    this.#channels.add(channel)
    // Its confirmation is a push; while there is no connection, onConnect does it.
    if (this.client.status.state === 'connected') void this.client.send(['SUBSCRIBE', channel])
  }

  /** Let what is under way finish, and close. */
  close(): Promise<CloseResult> {
    return this.client.close()
  }
}

/** Commands are lists of texts; a number among them is one, too. */
function toTexts(words: readonly (string | number | Uint8Array)[]): readonly Value[] {
  if (!words.some((word) => typeof word === 'number')) return words
  return words.map((word) => (typeof word === 'number' ? String(word) : word))
}

function throwError(value: Value): Value {
  if (value instanceof RespError) throw value
  return value
}
