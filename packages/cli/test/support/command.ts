import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { bundled } from '../../../../test/support/bundled.js'

/** The command as users start it, or a bundle of it. Of the build: `npm run build` comes first. */
export const hawser: string = bundled(
  fileURLToPath(new URL('../../bin/hawser.js', import.meta.url)),
)

const patience = 60_000

/** How a program is started. */
export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv
  /** `ignore` is `</dev/null`. Default `pipe`. */
  readonly stdin?: 'pipe' | 'ignore'
}

/** How a program ended. */
export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Text that grows, and can be waited for. */
class Transcript {
  #chunks: Buffer[] = []
  #changed: (() => void)[] = []

  add(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.notify()
  }

  notify(): void {
    for (const wake of this.#changed.splice(0)) wake()
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  changed(): Promise<void> {
    return new Promise((resolve) => this.#changed.push(resolve))
  }
}

/** A program under test. It is killed when the test ends, if it has not ended by then. */
export class Command {
  readonly ended: Promise<Outcome>
  readonly #child: ChildProcess
  readonly #stdout = new Transcript()
  readonly #stderr = new Transcript()
  #over = false

  constructor(program: string, words: readonly string[], options: CommandOptions = {}) {
    const { NO_COLOR: _no, FORCE_COLOR: _force, ...environment } = process.env
    this.#child = spawn(program, words, {
      env: { ...environment, ...options.env },
      stdio: [options.stdin ?? 'pipe', 'pipe', 'pipe'],
    })
    this.stdout.on('data', (chunk: Buffer) => this.#stdout.add(chunk))
    this.stderr.on('data', (chunk: Buffer) => this.#stderr.add(chunk))
    this.#child.stdin?.on('error', () => {})
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', (code, signal) => {
        this.#over = true
        this.#stdout.notify()
        this.#stderr.notify()
        resolve({ code, signal, stdout: this.printed, stderr: this.complained })
      })
    })
    onTestFinished(async () => {
      this.#child.kill('SIGKILL')
      // A program of its own may be left, and hold them open.
      this.#child.stdout?.destroy()
      this.#child.stderr?.destroy()
      await this.ended
    })
  }

  /** Start the command under test. */
  static hawser(words: readonly string[], options?: CommandOptions): Command {
    return new Command(process.execPath, [hawser, ...words], options)
  }

  /** Start it in a terminal, with the program `script` of util-linux. */
  static inTerminal(script: string, words: readonly string[], columns = 100): Command {
    const line = [process.execPath, hawser, ...words].map((word) => `'${word}'`).join(' ')
    const sized = `stty cols ${columns} rows 30; exec ${line}`
    return new Command(script, ['-qefc', sized, '/dev/null'], { env: { TERM: 'xterm' } })
  }

  get pid(): number {
    return this.#child.pid!
  }

  get stdin(): Writable {
    return this.#child.stdin!
  }

  get stdout(): Readable {
    return this.#child.stdout!
  }

  get stderr(): Readable {
    return this.#child.stderr!
  }

  get output(): Buffer {
    return this.#stdout.bytes
  }

  /** What it wrote to stdout, with ESC and BEL as `␛` and `␇`. */
  get printed(): string {
    return showControls(this.output.toString())
  }

  get complained(): string {
    return this.#stderr.bytes.toString()
  }

  /** Wait until stdout holds this. */
  prints(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#shows(this.#stdout, pattern)
  }

  /** Wait until stderr holds this. */
  complains(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#shows(this.#stderr, pattern)
  }

  /** The port the server says it listens on. */
  async port(): Promise<number> {
    const [, port] = await this.prints(/tcp:\/\/[^\s"]*:(\d+)/)
    return Number(port)
  }

  type(text: string | Uint8Array): void {
    this.stdin.write(text)
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async #shows(transcript: Transcript, pattern: RegExp): Promise<RegExpExecArray> {
    let late = false
    const timer = setTimeout(() => {
      late = true
      transcript.notify()
    }, patience)
    try {
      for (;;) {
        const match = pattern.exec(showControls(transcript.bytes.toString()))
        if (match !== null) return match
        if (late || this.#over) {
          const how = late ? `does not show ${pattern}` : `ended without ${pattern}`
          throw new Error(`the program ${how}:\n${this.printed}\n${this.complained}`)
        }
        await transcript.changed()
      }
    } finally {
      clearTimeout(timer)
    }
  }
}

function showControls(text: string): string {
  return text.replaceAll('\x1b', '␛').replaceAll('\x07', '␇')
}
