import { isStopped, seesProcesses } from './processes.js'
import { Running } from './running.js'
import { until } from './until.js'

/** A real NATS server on a port of this machine, which ends with the test. */
export class NatsServer {
  readonly port: number
  readonly #program: string
  readonly #args: readonly string[]
  #running: Running

  private constructor(program: string, args: readonly string[], running: Running, port: number) {
    this.#program = program
    this.#args = args
    this.#running = running
    this.port = port
  }

  /** @param args further arguments of the program */
  static async start(program: string, args: readonly string[] = []): Promise<NatsServer> {
    // With -1, the system chooses.
    const { running, port } = await run(program, -1, args)
    return new NatsServer(program, args, running, port)
  }

  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  /** What it has written about itself since it was started last. */
  get log(): string {
    return this.#running.complained
  }

  /** Ends it without a word to its clients. */
  async kill(): Promise<void> {
    await this.#running.kill()
  }

  /** Lets it stand still: its connections stay, and it says nothing. */
  async freeze(): Promise<void> {
    this.#running.signal('SIGSTOP')
    // Its threads stop a moment later, each by itself.
    const { pid } = this.#running
    if (seesProcesses && pid !== undefined) await until(() => isStopped(pid))
  }

  thaw(): void {
    this.#running.signal('SIGCONT')
  }

  /** Starts it anew on the same port. */
  async restart(): Promise<void> {
    const { running } = await run(this.#program, this.port, this.#args)
    this.#running = running
  }
}

async function run(
  program: string,
  port: number,
  args: readonly string[],
): Promise<{ running: Running; port: number }> {
  const running = new Running(program, ['-a', '127.0.0.1', '-p', String(port), ...args])
  const [, found] = await running.complains(/client connections on 127\.0\.0\.1:(\d+)/)
  await running.complains(/Server is ready/)
  return { running, port: Number(found) }
}
