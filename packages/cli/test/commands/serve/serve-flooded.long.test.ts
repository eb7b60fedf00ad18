import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { connect, type Connection, lines } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import {
  childrenOf,
  lookingIntoProcesses,
  peakMemory,
  seesProcesses,
} from '../../../../../test/support/processes.js'
import { hawser } from '../../support/command.js'

/** A server whose output is read as it comes and not kept: there are hundreds of megabytes of it. */
class Flooded {
  readonly pid: number
  readonly #child
  #tail = ''
  #wake = (): void => undefined

  constructor(words: readonly string[]) {
    this.#child = spawn(process.execPath, [hawser, ...words], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.pid = this.#child.pid ?? 0
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#tail = (this.#tail + text).slice(-100_000)
      this.#wake()
    })
    onTestFinished(async () => {
      this.#child.kill('SIGKILL')
      await once(this.#child, 'close')
    })
  }

  /** Wait until the last that it printed has this. */
  async prints(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#tail)?.[1]
      if (found !== undefined) return found
      if (this.#child.exitCode !== null) throw new Error(`it ended without ${pattern}`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

async function call(port: number): Promise<Connection<string, string>> {
  const client = await connect(`127.0.0.1:${port}`, { framing: lines() })
  onTestFinished(async () => {
    client.reset()
    await client.closed
  })
  return client
}

/** Until what `from` says is heard at `to`: what other workers said before has arrived there too. */
async function reaches(
  from: Connection<string, string>,
  to: Connection<string, string>,
  word: string,
): Promise<void> {
  // What is too much for the other worker is dropped, and this may be.
  const again = setInterval(() => void from.send(word), 50)
  try {
    for await (const line of to) if (line === word) return
  } finally {
    clearInterval(again)
  }
}

it.skipIf(!seesProcesses)(
  lookingIntoProcesses('4 MB of empty lines take no process of a chat above 250 MB'),
  async () => {
    const server = new Flooded(['serve', '0', '--chat', '--workers', '2'])
    const port = Number(await server.prints(/tcp:\/\/[^\s"]*:(\d+)/))
    await server.prints(/(2 workers)/)
    const flooder = net.connect(port, '127.0.0.1').on('error', () => {})
    onTestFinished(() => void flooder.destroy())
    flooder.resume().end(Buffer.alloc(4_000_000, '\n'))
    expect(await server.prints(/@[12]\.1 (closed .*)\n/)).toMatch(
      /^closed by the peer, 4,000,000 B in/,
    )
    const clients = [await call(port), await call(port)] as const
    await reaches(clients[0], clients[1], 'there')
    await reaches(clients[1], clients[0], 'and back')
    const workers = childrenOf(server.pid)
    expect(workers).toHaveLength(2)
    const peaks = [server.pid, ...workers].map(peakMemory)
    expect(peaks.filter((peak) => peak > 250)).toEqual([])
  },
  600_000,
)
