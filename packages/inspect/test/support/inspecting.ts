import { setTimeout as delay } from 'node:timers/promises'
import { type Connection, connect, raw } from 'hawser'
import { onTestFinished } from 'vitest'
import {
  type Bytes,
  type Inspection,
  type InspectionLimits,
  startInspection,
} from '../../src/index.js'
import { encodeBlock, type SentRow } from './encode-block.js'

const patience = 60_000

/** An inspection, and what it said so far, a line each. */
export class Inspecting {
  readonly lines: string[] = []
  #inspection: Inspection | undefined

  static async start(limits: InspectionLimits = {}): Promise<Inspecting> {
    const inspecting = new Inspecting()
    await inspecting.#start(limits)
    return inspecting
  }

  get inspection(): Inspection {
    return this.#inspection!
  }

  /** A program that reports to it. */
  async program(): Promise<Program> {
    const connection = await connect(`unix:${this.inspection.variables.HAWSER_INSPECT}`, {
      framing: raw(),
    })
    onTestFinished(() => connection.reset())
    return new Program(connection)
  }

  /** Wait until it says this. */
  async says(pattern: RegExp): Promise<void> {
    const start = performance.now()
    while (!this.lines.some((line) => pattern.test(line))) {
      if (performance.now() - start > patience) {
        throw new Error(`it does not say ${pattern}:\n${this.lines.join('\n')}`)
      }
      await delay(1)
    }
  }

  async #start(limits: InspectionLimits): Promise<void> {
    const say = (line: string): void => void this.lines.push(line)
    this.#inspection = await startInspection({
      ...limits,
      http2: false,
      handler: {
        thread: ({ number, pid, threadId, title, missing }) =>
          say(`thread ${number}: ${title} ${pid}/${threadId} without [${missing.join()}]`),
        threadEnded: ({ number }) => say(`thread ${number} ended`),
        open: ({ id, role, thread, host = '', path = '', before }, time) =>
          say(
            `${id} ${role} of ${thread.number} at ${time} ${host}${path}${shown(before)}`.trimEnd(),
          ),
        bytes: ({ id }, { direction, bytes, isTls }) =>
          say(`${id} ${direction} ${isTls ? 'tls ' : ''}${Buffer.from(bytes).toString()}`),
        event: (connection, happened) => {
          const { id, local = '', remote = '', tls, unseen = '' } = connection
          const seen = { local, remote, tls, unseen }
          say(`${id} ${JSON.stringify(happened)} ${JSON.stringify(seen)}`)
        },
        close: ({ id, captured, lost }, { by, reason, counted }) =>
          say(
            `${id} close ${reason} by ${by} ${JSON.stringify({ captured, lost, ...(counted && { counted }) })}`,
          ),
        missed: ({ number }, missed) => say(`thread ${number} missed ${JSON.stringify(missed)}`),
        trouble: (text) => say(`trouble: ${text}`),
      },
    })
    onTestFinished(() => this.inspection.close())
  }
}

function shown({ in: read, out }: Bytes): string {
  return read + out === 0 ? '' : `behind ${read} in, ${out} out`
}

/** A watched program. */
export class Program {
  readonly connection: Connection<Uint8Array, Uint8Array>
  #rows = 0

  constructor(connection: Connection<Uint8Array, Uint8Array>) {
    this.connection = connection
  }

  async sends(...rows: SentRow[]): Promise<void> {
    const block = encodeBlock(this.#rows, rows)
    this.#rows += rows.length
    await this.connection.send(block)
  }

  async ends(): Promise<void> {
    await this.connection.end()
  }
}
