import { statSync } from 'node:fs'
import { join } from 'node:path'
import { connect, lines } from 'hawser'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { connectLines, nextMessage } from '../../support/client.js'
import { Command } from '../../support/command.js'
import { runRefused } from '../../support/run-refused.js'

it('a Unix socket has the mode that its endpoint names, and no other', async () => {
  const path = join(createFolder(), 'app.sock')
  const server = Command.hawser(['serve', `unix:${path}?mode=620`, '--echo'])
  await server.prints(/listening on unix:.*app\.sock \(lines, echo\)/)
  expect(statSync(path).mode & 0o777).toBe(0o620)
  const client = await connect(path, { framing: lines() })
  await client.send('hello')
  expect(await nextMessage(client)).toBe('hello')
  client.reset()
  server.kill('SIGTERM')
  expect(await server.ended).toMatchObject({ code: 0, stderr: '' })
})

it.each([
  ['unix:/tmp/x.sock?mode=rw', 2, /a mode is three octal digits/],
  ['unix:/tmp/x.sock?owner=no-such-user', 1, /\/etc\/passwd has no user no-such-user: make it/],
  ['systemd:web', 1, /cannot listen on systemd:web: .*LISTEN_FDS is not set/],
])(
  'an endpoint that cannot be listened on is told in one line: %s',
  async (endpoint, code, line) => {
    const ended = await Command.hawser(['serve', endpoint]).ended
    expect(ended.stderr).toMatch(/^hawser: .+\n$/)
    expect(ended.stderr).toMatch(line)
    expect(ended.code).toBe(code)
  },
)

it('with --at-limit pause the second waits until the first has left', async () => {
  const words = ['serve', '0', '--echo', '--max-connections', '1', '--at-limit', 'pause']
  const server = Command.hawser(words)
  const port = await server.port()
  const first = await connectLines(port)
  await server.prints(/@1 connected/)
  const second = await connectLines(port)
  await second.send('waiting')
  await first.send('first')
  await server.prints(/@1 out .* first/)
  expect(server.printed).not.toContain('@2')
  await first.close()
  expect(await nextMessage(second)).toBe('waiting')
  await server.prints(/@2 connected/)
})

it('--at-limit takes one of two words', async () => {
  const { code, stderr } = await runRefused(['serve', '0', '--at-limit', 'wait'])
  expect(stderr).toMatch(/^hawser: .*--at-limit.*wait.*refuse, pause.*\n$/)
  expect(code).toBe(2)
})

it('says so, and goes on, when systemd cannot be told', async () => {
  const env = { NOTIFY_SOCKET: '/nowhere', PATH: '/nowhere' }
  const server = Command.hawser(['serve', '0', '--echo', '--quiet'], { env })
  const client = await connectLines(await server.port())
  await server.prints(
    /systemd could not be told READY=1: the program systemd-notify is not in PATH/,
  )
  await client.send('hello')
  expect(await nextMessage(client)).toBe('hello')
})
