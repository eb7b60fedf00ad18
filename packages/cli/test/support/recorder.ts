import { join } from 'node:path'
import { createLog, type LoggedConnection } from 'hawser/log'
import { expect } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { Command } from './command.js'

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

/** `hawser record` in front of a server. */
export class Recorder {
  readonly file: string
  readonly port: number
  readonly #command: Command

  private constructor(file: string, port: number, command: Command) {
    this.file = file
    this.port = port
    this.#command = command
  }

  static async start(target: string): Promise<Recorder> {
    const file = join(createFolder(), 'recorded.hawser')
    const command = Command.hawser(['record', '0', target, '-o', file, '-q'])
    return new Recorder(file, await command.port(), command)
  }

  /** @returns the log, once all that went through it is in it */
  async stop(): Promise<string> {
    this.#command.kill('SIGINT')
    const { code, stderr } = await this.#command.ended
    expect([code, stderr]).toEqual([0, ''])
    return this.file
  }
}
