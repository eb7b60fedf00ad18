import { connect } from 'hawser'
import { onTestFinished } from 'vitest'
import { Command } from './command.js'

/** A server of lines with its metrics, each on a free port. */
export async function serveMetrics(
  ...words: string[]
): Promise<{ server: Command; port: number; base: string }> {
  const server = Command.hawser(['serve', '0', '--metrics', '127.0.0.1:0', ...words])
  const port = await server.port()
  const [, base = ''] = await server.prints(/metrics on (http:\/\/127\.0\.0\.1:\d+)\/metrics\n/)
  return { server, port, base }
}

/** A client in the middle of a line, so that a drain waits for it. */
export async function occupy(server: Command, port: number): Promise<void> {
  const client = await connect(`127.0.0.1:${port}`)
  onTestFinished(async () => {
    client.reset()
    await client.closed
  })
  await client.send('whole line\nhalf a li')
  await server.prints(/whole line/)
}
