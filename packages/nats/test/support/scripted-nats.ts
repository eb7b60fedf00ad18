import type { NatsConnection, Status } from '@nats-io/transport-node'

/** A ping, and what its reply does. */
interface Ping {
  readonly reply: () => void
  readonly fail: () => void
}

/** A client whose statuses and replies are what the test says. */
export class ScriptedNats {
  readonly pings: Ping[] = []
  readonly calls: string[] = []
  readonly #statuses: Status[] = []
  #wake: () => void = () => undefined

  /** As the type that it stands in for. */
  get client(): NatsConnection {
    return this as unknown as NatsConnection
  }

  say(status: Status): void {
    this.#statuses.push(status)
    this.#wake()
  }

  flush(): Promise<void> {
    this.calls.push('ping')
    return new Promise((resolve, reject) => {
      this.pings.push({ reply: resolve, fail: () => reject(new Error('connection disconnected')) })
    })
  }

  publish(subject: string): void {
    this.calls.push(subject)
  }

  isClosed(): boolean {
    return false
  }

  drain(): Promise<void> {
    this.calls.push('drain')
    return new Promise(() => undefined)
  }

  close(): Promise<void> {
    this.calls.push('close')
    return Promise.resolve()
  }

  async *status(): AsyncGenerator<Status> {
    for (;;) {
      const status = this.#statuses.shift()
      if (status !== undefined) yield status
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
