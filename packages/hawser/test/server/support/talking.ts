import { once } from 'node:events'
import type net from 'node:net'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

/** A program that answers lines with lines, ended with the test. */
export class Talking {
  readonly #child
  readonly #lines

  constructor(program: string, args: readonly string[], listening?: net.Server) {
    const handle = listening === undefined ? [] : [toStdio(listening)]
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit', ...handle] })
    const { stdout } = this.#child
    if (stdout === null) throw new Error('it has no output')
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
    onTestFinished(async () => {
      if (this.#child.exitCode !== null) return
      this.#child.kill('SIGKILL')
      await once(this.#child, 'exit')
    })
  }

  async next<Answer>(): Promise<Answer> {
    const { value } = await this.#lines.next()
    return JSON.parse(String(value)) as Answer
  }

  ask<Answer>(question: string): Promise<Answer> {
    this.#child.stdin?.write(`${question}\n`)
    return this.next()
  }

  async finish(): Promise<unknown> {
    this.#child.stdin?.end()
    const [code] = await once(this.#child, 'exit')
    return code
  }
}

/** What `spawn` takes to hand a listening socket on: it looks at the handle of a socket or pipe. */
function toStdio(listening: net.Server): number {
  const { fd } = (listening as unknown as { _handle: { fd: number } })._handle
  return fd
}
