import { connect } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { connectLines } from '../../support/client.js'
import { Command } from '../../support/command.js'

/** A server with a client that is in the middle of a line: a drain waits for it. */
async function serveBusyClient(...words: string[]): Promise<Command> {
  const server = Command.hawser(['serve', '0', ...words])
  const client = await connect(`127.0.0.1:${await server.port()}`)
  onTestFinished(async () => {
    client.reset()
    await client.closed
  })
  await client.send('whole line\nhalf a li')
  await server.prints(/whole line/)
  return server
}

it.each(['SIGINT', 'SIGTERM'] as const)(
  '%s drains, says how many, and exits with 0',
  async (signal) => {
    const server = Command.hawser(['serve', '0'])
    const port = await server.port()
    const clients = [await connectLines(port), await connectLines(port)]
    await server.prints(/\(2 open\)/)
    server.kill(signal)
    const { code, stdout, stderr } = await server.ended
    expect(stdout).toMatch(/draining 2 connections for at most 15s; Ctrl-C again stops at once\n/)
    expect(stdout).toMatch(/stopped: 2 drained, 0 forced\n$/)
    expect([code, stderr]).toEqual([0, ''])
    await Promise.all(clients.map((client) => client.closed))
  },
)

it('a drain ends when its time is up, and says who was forced', async () => {
  const server = await serveBusyClient('--drain', '20ms')
  server.kill('SIGINT')
  const { code, stdout } = await server.ended
  expect(stdout).toMatch(/@1 closed drain-timeout/)
  expect(stdout).toMatch(/stopped: 0 drained, 1 forced\n$/)
  expect(code).toBe(0)
})

it('a second Ctrl-C stops at once', async () => {
  const server = await serveBusyClient('--drain', 'off')
  server.kill('SIGINT')
  await server.prints(/draining 1 connection until/)
  // Signals close together count as one: this one arrives late enough sooner or later.
  const timer = setInterval(() => server.kill('SIGINT'), 50)
  const { code, stdout } = await server.ended
  clearInterval(timer)
  expect(stdout).toMatch(/stopped: 0 drained, 1 forced\n$/)
  expect(code).toBe(130)
})

it('two signals within a millisecond are one Ctrl-C, as npm delivers it', async () => {
  const server = await serveBusyClient('--drain', '20ms')
  server.kill('SIGINT')
  server.kill('SIGINT')
  const { code, stdout } = await server.ended
  expect(stdout).toMatch(/@1 closed drain-timeout/)
  expect(code).toBe(0)
})

it('a server whose output nobody reads any more ends, without a word', async () => {
  const server = Command.hawser(['serve', '0'])
  const port = await server.port()
  server.stdout.destroy()
  const client = await connectLines(port)
  const { code, stderr } = await server.ended
  expect([code, stderr]).toEqual([0, ''])
  await client.closed
})
