import { connect, createServer, raw } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { Command } from '../../support/command.js'
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
  const { code, stderr } = await Command.hawser(['record', '0', '8000']).ended
  expect(stderr).toMatch(/^hawser: required option -o, --output <file> not specified: /)
  expect(code).toBe(2)
})
