import { describe, expect, it } from 'vitest'
import { connectRaw, readAll, serveEcho, serveTarget, startProxy } from '../../support/proxied.js'

describe('hawser proxy at its end', () => {
  it.each([['-q'], ['--json'], ['--fault', 'latency=10ms']])(
    'lets what is under way end, and ends connections that are at rest (%s)',
    async (...words) => {
      const { proxy, port } = await startProxy(await serveEcho(), words)
      const client = await connectRaw(port)
      await client.send('hello')
      expect(Buffer.from(await client.receive()).toString()).toBe('hello')
      proxy.kill('SIGINT')
      expect(await readAll(client)).toBe('')
      await client.end()
      const { code, stderr } = await proxy.ended
      expect([code, stderr]).toEqual([0, ''])
    },
  )

  it('gives up a drain at the second signal', async () => {
    const target = await serveTarget(async (client) => {
      // It never ends its direction.
      for await (const _ of client);
      await client.closed
    })
    const { proxy, port } = await startProxy(target, ['--drain', 'off'])
    const client = await connectRaw(port)
    await client.send('hello')
    await proxy.prints(/@1 up 5 B hello/)
    proxy.kill('SIGINT')
    await proxy.prints(/draining 1 connection until all have ended; Ctrl-C again stops at once/)
    // Signals that follow each other at once are one.
    const again = setInterval(() => proxy.kill('SIGTERM'), 50)
    const { code, stdout } = await proxy.ended
    clearInterval(again)
    expect(stdout).toMatch(/stopped: 0 drained, 1 forced\n$/)
    expect(code).toBe(130)
    expect(await client.closed).toMatchObject({ reason: 'reset' })
  })

  it('ends when the reader of its output has gone', async () => {
    const { proxy, port } = await startProxy(await serveEcho())
    proxy.stdout.destroy()
    const client = await connectRaw(port)
    await client.send('hello')
    const { code, stderr } = await proxy.ended
    expect([code, stderr]).toEqual([0, ''])
    await client.closed
  })
})
