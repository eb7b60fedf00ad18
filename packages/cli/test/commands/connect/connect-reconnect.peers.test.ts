import { createServer, lines, type Server } from 'hawser'
import { describe, expect, onTestFinished } from 'vitest'
import { itPeer } from '../../../../../test/support/peers.js'
import { Command } from '../../support/command.js'

/** A server in this process that answers in capitals, and the port it listens on. */
async function serve(port = 0): Promise<{ server: Server<string, string>; port: number }> {
  const server = createServer(
    { framing: lines() },
    { message: (connection, line) => connection.send(line.toUpperCase()) },
  )
  await server.listen({ host: '127.0.0.1', port })
  onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { server, port: address.port }
}

describe('hawser connect --reconnect', () => {
  itPeer('script', 'keeps a person at the terminal', async (script) => {
    const { server, port } = await serve()
    const command = Command.inTerminal(script, ['connect', String(port), '--reconnect'])
    await command.prints(/connected to /)
    command.type('one\r')
    await command.prints(/ONE/)
    await server.close()
    await command.prints(/disconnected: by the peer/)
    command.type('two\r')
    await serve(port)
    await command.prints(/TWO/)
    command.type('\x04')
    expect((await command.ended).code).toBe(0)
  })
})
