import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection, createServer, lines } from 'hawser'
import { describe, expect, onTestFinished } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { forbidStrayErrors } from './support/strays.js'

forbidStrayErrors()

/** A server on a free port, closed when the test ends. */
async function listen(
  handler: (connection: Connection<string, string>) => void | Promise<void>,
): Promise<ReturnType<typeof createServer<string, string>>> {
  const server = createServer({ framing: lines() }, handler)
  onTestFinished(async () => {
    await server.close({ drain: 0 })
  })
  return server.listen({ host: '127.0.0.1', port: 0 })
}

describe('the reply to a peer that has ended', () => {
  itPeer('nc', "arrives 100 ms after printf 'req\\n' | nc", async (program) => {
    const server = await listen(async (connection) => {
      for await (const request of connection) {
        await sleep(100)
        await connection.send(`${request} answered`)
      }
    })
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no TCP address')
    // -N: shut the socket down at the end of the input, which is the FIN this is about.
    const nc = spawn(program, ['-N', '127.0.0.1', String(address.port)])
    onTestFinished(() => void nc.kill())
    nc.stdin.end('req\n')
    let output = ''
    nc.stdout.on('data', (bytes: Buffer) => {
      output += bytes.toString()
    })
    await once(nc, 'close')
    expect(output).toBe('req answered\n')
  })
})
