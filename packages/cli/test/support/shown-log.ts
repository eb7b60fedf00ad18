import { join } from 'node:path'
import { createLog, rowFlags, type SessionLog } from 'hawser/log'
import { onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { Command, type Outcome } from './command.js'

/** What `hawser log` shows. */
export function show(...words: string[]): Promise<Outcome> {
  return Command.hawser(['log', ...words]).ended
}

/** A log that is empty, and where it is. */
export async function open(): Promise<{ log: SessionLog; file: string }> {
  const file = join(createFolder(), 'session.hawser')
  const log = await createLog(file)
  onTestFinished(() => log.close())
  return { log, file }
}

/** Two connections: one says hello in two rows, the other sends what no terminal should get. */
export async function write(): Promise<string> {
  const { log, file } = await open()
  const one = log.open(
    { remoteAddress: '192.0.2.7', remotePort: 40001, localAddress: '::1', localPort: 8000 },
    { side: 'server' },
  )
  const two = log.open()
  one.in(Buffer.from('hel'))
  two.in(Buffer.from('\u001b[2J\u202e'), rowFlags.tls)
  one.in(Buffer.from('lo\nnext\n'))
  one.out(Buffer.from([1, 255]))
  two.event({ event: '\u001b[31m', text: '\u001b]0;title\u0007' })
  one.close({ by: 'remote', reason: 'ended', bytesRead: 11, bytesWritten: 2, unsent: 0 })
  await log.close()
  return file
}

/** Lines without their times. */
export function linesOf({ stdout }: Outcome): string[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} {2}/, '').trimEnd())
}
