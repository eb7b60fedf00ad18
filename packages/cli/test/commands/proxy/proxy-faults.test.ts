import { describe, expect, it } from 'vitest'
import {
  ask,
  connectRaw,
  readAll,
  serveEcho,
  serveTarget,
  startProxy,
} from '../../support/proxied.js'

describe('hawser proxy --fault', () => {
  it('says which faults there are, and which one met which connection', async () => {
    const words = ['--fault', 'limit=3@up', '--fault', 'latency=5±1', '--seed', '7']
    const { proxy, port } = await startProxy(await serveEcho(), words)
    await proxy.prints(/\nfaults limit=3@up, latency=5ms±1ms@down \(--seed 7\)\n/)
    const client = await connectRaw(port)
    await client.send('abcdef')
    await client.end()
    await readAll(client)
    await client.closed
    await proxy.prints(/@1 closed fault by us, 6 B up/)
    expect(proxy.printed).toMatch(/@1 fault limit=3@up\n/)
    expect(proxy.printed).toMatch(/@1 fault latency=5ms±1ms@down\n/)
    expect(proxy.printed).toMatch(/@1 fault limit=3@up: closes the connection after 3 bytes\n/)
  })

  it('is a reset to both sides', async () => {
    let reason: string | undefined
    let over: () => void = () => {}
    const seen = new Promise<void>((resolve) => (over = resolve))
    const target = await serveTarget({
      message: (client, bytes) => client.send(bytes),
      close(_client, info) {
        reason = info.reason
        over()
      },
    })
    const { port } = await startProxy(target, ['--fault', 'reset'])
    const client = await connectRaw(port)
    await client.send('x')
    expect(await client.closed).toMatchObject({ reason: 'reset', by: 'remote' })
    await seen
    expect(reason).toBe('reset')
  })

  it('leaves bytes whole that it only delays', async () => {
    const words = ['--fault', 'slice=1000±500', '--fault', 'latency=2±2@up', '-q']
    const { port } = await startProxy(await serveEcho(), words)
    const client = await connectRaw(port)
    const sent = Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * 31) % 251))
    const received = readAll(client)
    await client.send(sent)
    await client.end()
    expect(Buffer.from(await received, 'latin1').equals(sent)).toBe(true)
  })

  it('that is slow slows the sender down, instead of taking what it sends', async () => {
    const words = ['--fault', 'bandwidth=1KiB/s@up', '--drain', '0', '--json']
    const { proxy, port } = await startProxy(await serveEcho(), words)
    const client = await connectRaw(port)
    const size = 4 * 1024 * 1024
    void client.send(Buffer.alloc(size))
    // By then it has taken what it takes, and reads no more.
    await proxy.prints(/"direction":"down"/)
    proxy.kill('SIGINT')
    const { stdout } = await proxy.ended
    const [, up] = /"event":"closed".*"up":(\d+)/.exec(stdout) ?? []
    expect(Number(up)).toBeGreaterThan(64 * 1024)
    expect(Number(up)).toBeLessThan(1024 * 1024)
    await client.closed
  })

  it('that loses the end leaves the target waiting, and a stop ends both', async () => {
    let ended = false
    const target = await serveTarget(async (client) => {
      for await (const piece of client) await client.send(piece)
      ended = true
    })
    const { proxy, port } = await startProxy(target, ['--fault', 'half-open@up', '--drain', '0'])
    const client = await connectRaw(port)
    await client.send('lost')
    await client.end()
    await proxy.prints(/@1 fault half-open@up: the end is lost/)
    expect(ended).toBe(false)
    proxy.kill('SIGINT')
    expect((await proxy.ended).code).toBe(0)
  })

  it('of a direction leaves the other alone', async () => {
    const { port } = await startProxy(await serveEcho(), ['--fault', 'drop=0@up:0'])
    expect(await ask(port, 'hello')).toBe('hello')
  })
})
