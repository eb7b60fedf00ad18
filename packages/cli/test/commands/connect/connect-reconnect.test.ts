import { createServer, lines, type Server } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Command } from '../../support/command.js'
import { runRefused } from '../../support/run-refused.js'

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
  it('says each change, and goes on where it was when the server is back', async () => {
    const { server, port } = await serve()
    const command = Command.hawser(['connect', String(port), '--reconnect'])
    command.type('one\n')
    await command.prints(/^ONE\n$/)
    await server.close()
    await command.complains(
      /^connected to .*\ndisconnected: by the peer, 4 B in, 4 B out; trying again in \d+ ms\n/,
    )
    command.type('two\n')
    await serve(port)
    await command.prints(/^ONE\nTWO\n$/)
    command.stdin.end()
    const { code, stderr } = await command.ended
    expect(code).toBe(0)
    expect(stderr).toMatch(/\nconnected to .*\nclosed: by us, 4 B in, 4 B out\n$/)
  })

  it('waits for a server that is not there yet', async () => {
    const { server, port } = await serve()
    await server.close()
    const command = Command.hawser(['connect', String(port), '--reconnect', '--send', 'early'])
    await command.complains(/^not connected: cannot connect to .*; trying again in /)
    await serve(port)
    const { code, stdout } = await command.ended
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'EARLY\n' })
  })

  it('gives up a peer that answers no heartbeat, and shows what another one answers', async () => {
    const listener = await ScriptedPeer.listen()
    onTestFinished(() => listener.close())
    const words = ['--reconnect', '--heartbeat', 'PING', '--heartbeat-every', '100ms']
    const command = Command.hawser(['connect', String(listener.port), ...words])
    const silent = await listener.accept()
    await silent.receives('PING\nPING\n')
    await silent.receivesReset()
    await command.complains(
      /disconnected: heartbeat-timeout.*: nothing came after 2 pings, one every 100 ms: .*; trying/,
    )
    const talking = await listener.accept()
    await talking.receives('PING\n')
    await talking.send('PONG\n')
    await command.prints(/^PONG\n$/)
  })

  it('stops trying when it is interrupted', async () => {
    const { server, port } = await serve()
    await server.close()
    const command = Command.hawser(['connect', String(port), '--reconnect'])
    await command.complains(/trying again in /)
    command.kill('SIGINT')
    const { code } = await command.ended
    expect(code).toBe(130)
  })

  it('says once why it cannot connect, and then in a few words that it tries', async () => {
    const { server, port } = await serve()
    await server.close()
    const command = Command.hawser(['connect', String(port), '--reconnect'])
    await command.complains(/\nstill not connected; trying again in .*\n/)
    expect(command.complained.match(/nothing listens there/g)).toHaveLength(1)
  })

  it('ends in order when it is interrupted', async () => {
    const listener = await ScriptedPeer.listen()
    onTestFinished(() => listener.close())
    const command = Command.hawser(['connect', String(listener.port), '--reconnect'])
    const peer = await listener.accept()
    await command.complains(/connected to/)
    command.kill('SIGINT')
    await peer.receivesEnd()
    peer.end()
    const { code, stderr } = await command.ended
    expect(stderr).toMatch(/\nclosed: by us, 0 B in, 0 B out\n$/)
    expect(code).toBe(130)
  })

  it('does not try again what can never work', async () => {
    const words = ['connect', '8000', '--reconnect', '--source', 'nowhere']
    const { code, stderr } = await runRefused(words)
    expect(stderr).toMatch(/^hawser: --source .*\n$/)
    expect(code).toBe(2)
  })

  it.each([
    [['--heartbeat', 'PING'], '--heartbeat needs --reconnect'],
    [['--reconnect', '--heartbeat-every', '1s'], '--heartbeat-every needs --heartbeat'],
  ])('%j is refused', async (words, message) => {
    const { code, stderr } = await runRefused(['connect', '8000', ...words])
    expect(stderr).toContain(`hawser: ${message}`)
    expect(code).toBe(2)
  })
})
