import { connect, createServer, raw } from 'hawser'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { Command } from '../../support/command.js'
import { runRefused } from '../../support/run-refused.js'
import { Recorder } from '../../support/recorder.js'

it('hawser record writes what hawser replay plays, also a request that ends with FIN', async () => {
  // A server that says nothing until its client has ended.
  const server = createServer({ framing: raw(), allowHalfOpen: true }, async (client) => {
    let length = 0
    for await (const bytes of client) length += bytes.length
    await client.send(`${length} bytes`)
    await client.end()
  })
  await server.listen('tcp://127.0.0.1:0')
  onTestFinished(async () => void (await server.close({ drain: 0 })))
  const { port } = server.address() as { port: number }
  const recorder = await Recorder.start(`127.0.0.1:${port}`)
  const client = await connect(`127.0.0.1:${recorder.port}`, {
    framing: raw(),
    allowHalfOpen: true,
  })
  await client.send('some text')
  await client.end()
  expect(Buffer.from(await client.receive()).toString()).toBe('9 bytes')
  await client.closed
  const file = await recorder.stop()
  const { code, stdout } = await Command.hawser(['replay', file, '--to', `127.0.0.1:${port}`]).ended
  expect(stdout).toMatch(/^1 connection, 9 B sent, 7 B received, in .*: as recorded\n$/)
  expect(code).toBe(0)
})

it('hawser record without a file is a usage error', async () => {
  const { code, stderr } = await runRefused(['record', '0', '8000'])
  expect(stderr).toMatch(/^hawser: required option -o, --output <file> not specified: /)
  expect(code).toBe(2)
})

it.each(['serve', 'connect'])('the log of hawser %s is played as well', async (whose) => {
  const log = ['--log', join(createFolder(), 'talk.hawser')] as const
  const ofServer = whose === 'serve' ? log : []
  const server = Command.hawser(['serve', '0', '--echo', ...ofServer])
  const port = await server.port()
  const ofClient = whose === 'connect' ? log : []
  const words = ['connect', `${port}`, '--send', 'one', '--send', 'two', ...ofClient]
  expect((await Command.hawser(words).ended).stdout).toBe('one\ntwo\n')
  server.kill('SIGINT')
  await server.ended
  const other = Command.hawser(['serve', '0', '--echo'])
  const to = ['--to', `${await other.port()}`]
  const { code, stdout } = await Command.hawser(['replay', log[1], ...to]).ended
  expect(stdout).toMatch(/^1 connection, 8 B sent, 8 B received, in .*: as recorded\n$/)
  expect(code).toBe(0)
})
