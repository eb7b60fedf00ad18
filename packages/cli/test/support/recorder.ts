import { join } from 'node:path'
import { connect, type Connection, createServer, raw } from 'hawser'
import { createLog, type LoggedConnection, type SessionLog } from 'hawser/log'
import { onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'

/** A part of a conversation to be logged: `> ` what the client says, `< ` what the server says. */
export type Line = `> ${string}` | `< ${string}` | 'client ends' | 'server ends' | 'client resets'

/** A session log of these conversations, one after the other, as a proxy writes it. */
export async function writeLog(...conversations: readonly (readonly Line[])[]): Promise<string> {
  const file = join(createFolder(), 'talk.hawser')
  const log = await createLog(file, { memory: 64 * 1024 * 1024 })
  for (const lines of conversations) logLines(log.open({}, { side: 'server' }), lines)
  await log.close()
  return file
}

export function logLines(logged: LoggedConnection, lines: readonly Line[]): void {
  for (const line of lines) {
    const bytes = Buffer.from(line.slice(2), 'latin1')
    if (line === 'client ends') logged.event({ event: 'end', direction: 'in' })
    else if (line === 'server ends') logged.event({ event: 'end', direction: 'out' })
    else if (line === 'client resets') {
      logged.close({ reason: 'reset', by: 'remote' })
      return
    } else if (line.startsWith('>')) logged.in(bytes)
    else logged.out(bytes)
  }
  logged.close()
}

const patient = {
  framing: raw(),
  allowHalfOpen: true,
  consumerTimeout: Infinity,
  minimumRate: Infinity,
}

/** A proxy that logs what goes through it, in the test's own process. */
export class Recorder {
  readonly file: string
  readonly port: number
  readonly #stop: () => Promise<void>

  private constructor(file: string, port: number, stop: () => Promise<void>) {
    this.file = file
    this.port = port
    this.#stop = stop
  }

  static async start(target: string): Promise<Recorder> {
    const file = join(createFolder(), 'recorded.hawser')
    const log = await createLog(file)
    const server = createServer(patient, (client) => record(log, client, target))
    await server.listen('tcp://127.0.0.1:0')
    const stop = async (): Promise<void> => {
      await server.close({ drain: 5_000 })
      await log.close()
    }
    onTestFinished(stop)
    return new Recorder(file, (server.address() as { port: number }).port, stop)
  }

  /** @returns the log, once all that went through it is in it */
  async stop(): Promise<string> {
    await this.#stop()
    return this.file
  }
}

async function record(log: SessionLog, client: Connection, target: string): Promise<void> {
  const server = await connect(target, patient)
  const logged = log.open(client, { side: 'server' })
  const ways = [
    pass(client, server, (bytes) => logged.in(bytes)).then(() => {
      logged.event({ event: 'end', direction: 'in' })
    }),
    pass(server, client, (bytes) => logged.out(bytes)).then(() => {
      logged.event({ event: 'end', direction: 'out' })
    }),
  ]
  const ended = await Promise.all(ways).then(
    () => true,
    () => false,
  )
  if (!ended) {
    client.reset()
    server.reset()
  }
  const { reason, by } = await client.closed
  logged.close({ reason, by })
}

async function pass(
  from: Connection,
  to: Connection,
  log: (bytes: Uint8Array) => void,
): Promise<void> {
  for await (const bytes of from) {
    log(bytes)
    await to.send(bytes)
  }
  await to.end()
}
