import { constants, openSync, writeSync } from 'node:fs'
import type { OnSinkError, Sink } from './sink.js'

const retryDelay = 10

/**
 * A sink for a terminal, or a pipe that others write to. Node.js writes to terminals with blocking calls, so that a stopped or slow
 * one stops the whole process, connections and all. This one opens the terminal a second time, for
 * itself, and in non-blocking mode.
 */
export class TerminalSink implements Sink {
  readonly #fd: number
  readonly #onError: OnSinkError
  #queue: Buffer[] = []
  #queued = 0
  #waiting: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(fd: number, onError: OnSinkError) {
    this.#fd = fd
    this.#onError = onError
  }

  get queued(): number {
    return this.#queued
  }

  write(chunk: string | Uint8Array): void {
    const bytes = Buffer.from(chunk)
    if (bytes.length === 0) return
    this.#queue.push(bytes)
    this.#queued += bytes.length
    if (this.#timer === undefined) this.#flush()
  }

  drained(): Promise<void> {
    if (this.#queued === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #flush(): void {
    this.#timer = undefined
    try {
      while (this.#queued > 0) this.#writeOnce()
    } catch (error) {
      const failure = error as NodeJS.ErrnoException
      if (failure.code === 'EAGAIN') {
        this.#timer = setTimeout(() => this.#flush(), retryDelay)
        return
      }
      this.#queue = []
      this.#queued = 0
      this.#onError(failure)
    }
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  #writeOnce(): void {
    const bytes = this.#queue.length === 1 ? this.#queue[0]! : Buffer.concat(this.#queue)
    this.#queue = [bytes]
    const written = writeSync(this.#fd, bytes)
    this.#queued -= written
    this.#queue = this.#queued === 0 ? [] : [bytes.subarray(written)]
  }
}

/** Open the terminal behind stdout, or stderr, for non-blocking writes, or undefined where that is impossible. */
export function openTerminal(
  device: '/dev/stdout' | '/dev/stderr' = '/dev/stdout',
): number | undefined {
  try {
    return openSync(device, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch {
    return undefined
  }
}
