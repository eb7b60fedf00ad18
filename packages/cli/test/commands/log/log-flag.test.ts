import { join } from 'node:path'
import { openLog } from 'hawser/log'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { Command } from '../../support/command.js'

/** What a log has: connection, kind, and its bytes or its event. */
async function contentsOf(file: string): Promise<string[]> {
  const log = await openLog(file)
  onTestFinished(() => log.close())
  const shown: string[] = []
  for await (const { connection, kind, data, event } of log.rows()) {
    shown.push(`${connection} ${kind} ${event?.event ?? Buffer.from(data).toString()}`)
  }
  return shown
}

it.each([['alone'], ['--reconnect']])('both ends log what they say: connect %s', async (how) => {
  const folder = createFolder()
  const [theirs, ours] = [join(folder, 'serve.hawser'), join(folder, 'connect.hawser')]
  const server = Command.hawser(['serve', '0', '--echo', '--log', theirs])
  const [, place = ''] = await server.prints(/listening on (\S+)/)
  const words = how === 'alone' ? [] : [how]
  const client = Command.hawser(['connect', place, '--send', 'hello', '--log', ours, ...words])
  expect(await client.ended).toMatchObject({ code: 0, stdout: 'hello\n' })
  await server.prints(/closed/)
  server.kill('SIGTERM')
  await server.ended
  expect(await contentsOf(theirs)).toEqual([
    '1 event open',
    '1 in hello\n',
    '1 out hello\n',
    '1 event close',
  ])
  const own = await contentsOf(ours)
  expect(own.slice(0, 3)).toEqual(['1 event open', '1 out hello\n', '1 in hello\n'])
})

it('a log that cannot be written ends the command before it lets anything in', async () => {
  const folder = createFolder({ 'notes.txt': 'notes '.repeat(20) })
  for (const [words, code, message] of [
    [['serve', '0', '--log', join(folder, 'notes.txt')], 1, /is not a session log/],
    [['connect', '127.0.0.1:1', '--log', join(folder, 'missing', 'x.hawser')], 1, /does not exist/],
    [['serve', '0', '--workers', '2', '--log', 'x.hawser'], 2, /--log and --workers/],
  ] as const) {
    const ended = await Command.hawser([...words]).ended
    expect([ended.code, ended.stdout]).toEqual([code, ''])
    expect(ended.stderr).toMatch(message)
  }
})
