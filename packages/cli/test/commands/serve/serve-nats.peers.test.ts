import { expect, it } from 'vitest'
import { describePeer } from '../../../../../test/support/peers.js'
import { NatsServer } from '../../../../../test/support/nats-server.js'
import { connectLines, nextMessage } from '../../support/client.js'
import { Command } from '../../support/command.js'

/** A chat over NATS, and its port. */
async function serveChat(words: readonly string[]): Promise<{ server: Command; port: number }> {
  const server = Command.hawser(['serve', '0', '--chat', ...words])
  return { server, port: await server.port() }
}

describePeer('nats-server', 'hawser serve --chat --nats', (program) => {
  it.each([[[]], [['--workers', '2']]])(
    'relays what clients say to those of another server %j',
    async (more) => {
      const nats = await NatsServer.start(program)
      const words = ['--nats', `nats://${nats.address}`, ...more]
      const [one, other] = [await serveChat(words), await serveChat(words)]
      const [from, to] = [await connectLines(one.port), await connectLines(other.port)]
      const next = nextMessage(to)
      // Until its node is subscribed, what the others say does not arrive.
      let arrived = false
      void next.then(() => (arrived = true))
      while (!arrived) {
        await from.send('ahoy')
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      expect(await next).toBe('ahoy')
      for (const { server } of [one, other]) {
        server.kill('SIGTERM')
        expect(await server.ended).toMatchObject({ code: 0, stderr: '' })
      }
    },
  )

  it('says that NATS is lost, and that it is back', async () => {
    const nats = await NatsServer.start(program)
    const { server } = await serveChat(['--nats', nats.address])
    await nats.kill()
    await server.prints(/the link to the other nodes is lost/)
    await nats.restart()
    await server.prints(/NATS: connected again/)
    server.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
  })

  it.each([[[]], [['--workers', '2']]])(
    'passes the credentials of its URL on, and says when they are refused %j',
    async (more) => {
      const nats = await NatsServer.start(program, ['--user', 'ann', '--pass', 's3cret'])
      const right = await serveChat(['--nats', `nats://ann:s3cret@${nats.address}`, ...more])
      right.server.kill('SIGTERM')
      expect((await right.server.ended).code).toBe(0)
      const wrong = Command.hawser([
        ...['serve', '0', '--chat', '--nats', `nats://ann:wrong@${nats.address}`],
        ...more,
      ])
      const { code, stderr } = await wrong.ended
      expect(code).toBe(1)
      expect(stderr).toMatch(/^hawser: .*refused the credentials.*\n$/)
      expect(stderr).not.toContain('wrong')
    },
  )

  it('lets go of NATS when it cannot listen', async () => {
    const nats = await NatsServer.start(program)
    const words = ['serve', '192.0.2.1:1', '--chat', '--nats', nats.address]
    const { code, stderr } = await Command.hawser(words).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/^hawser: cannot listen on .*\n$/)
  })
})
