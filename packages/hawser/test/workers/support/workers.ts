import { fileURLToPath } from 'node:url'
import { type AddressInfo, connect, type Connection, lines } from 'hawser'
import { startWorkers, type Workers, type WorkersOptions } from 'hawser/workers'
import { onTestFinished } from 'vitest'
import { bundled } from '../../../../../test/support/bundled.js'

/** The program that the workers of the tests run. */
export const workerScript: string = bundled(fileURLToPath(new URL('worker.mjs', import.meta.url)))

/** Workers that are gone when the test is. They run the build. */
export async function startTestWorkers(options: Partial<WorkersOptions> = {}): Promise<Workers> {
  const workers = await startWorkers({
    script: workerScript,
    count: 2,
    // What they print is of no interest, unless a test says so.
    output: () => {},
    ...options,
  })
  onTestFinished(async () => {
    await workers.close({ drain: 0 })
  })
  return workers
}

/** Where they listen. */
export function addressOf(workers: Workers): AddressInfo | string {
  const [address] = workers.info().addresses
  if (address === undefined) throw new Error('they listen nowhere')
  return address
}

/** A client of lines. */
export class Caller {
  readonly connection: Connection<string, string>
  readonly #lines: AsyncIterator<string>

  private constructor(connection: Connection<string, string>) {
    this.connection = connection
    this.#lines = connection[Symbol.asyncIterator]()
  }

  /** Connect; it is gone when the test is. */
  static async call(to: Workers | AddressInfo | string): Promise<Caller> {
    const endpoint = typeof to === 'string' ? `unix:${to}` : 'address' in to ? to : undefined
    const where = endpoint ?? addressOf(to as Workers)
    const connection = await connect(typeof where === 'string' ? toEndpoint(where) : where, {
      framing: lines(),
    })
    onTestFinished(async () => {
      connection.reset()
      await connection.closed
    })
    return new Caller(connection)
  }

  /** Say a line without waiting for an answer. */
  async say(line: string): Promise<void> {
    await this.connection.send(line)
  }

  /** The next line; undefined when the server ended. */
  async next(): Promise<string | undefined> {
    const { done, value } = await this.#lines.next()
    return done === true ? undefined : value
  }

  /** Have the worker be at work for this caller, and know that it is. */
  async hold(): Promise<void> {
    await this.say('hold')
    const reply = await this.next()
    if (reply !== 'held') throw new Error(`it said ${reply}`)
  }

  /** Whether it was the server that ended it, or broke it off. */
  async isLeft(): Promise<boolean> {
    try {
      while ((await this.next()) !== undefined);
    } catch {
      // A reset.
    }
    await this.connection.close()
    const { by } = await this.connection.closed
    return by !== 'local'
  }

  /** Ask which process answers. */
  async pid(): Promise<number> {
    await this.say('who')
    return Number((await this.next())?.split(' ')[0])
  }
}

/** The process that a new connection comes to. */
export async function askPid(to: Parameters<typeof Caller.call>[0]): Promise<number> {
  const caller = await Caller.call(to)
  const pid = await caller.pid()
  await caller.connection.close()
  return pid
}

function toEndpoint(address: string): string {
  return address.startsWith('unix:') ? address : `unix:${address}`
}
