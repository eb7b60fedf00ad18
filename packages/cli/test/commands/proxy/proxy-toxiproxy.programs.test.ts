import { freePort } from '../../../../../test/support/free-port.js'
import { Toxiproxy, type ICreateToxicBody, type Proxy as ClientProxy } from 'toxiproxy-node-client'
import { describe, expect, it } from 'vitest'
import { startApi } from '../../support/api.js'
import type { Command } from '../../support/command.js'
import { ask, connectRaw, readAll, serveEcho } from '../../support/proxied.js'

/** All as users of the client have it: npm toxiproxy-node-client against `hawser proxy --api`. */
async function startClient(): Promise<{ toxiproxy: Toxiproxy; url: string; command: Command }> {
  const { url, proxy } = await startApi()
  return { toxiproxy: new Toxiproxy(url), url, command: proxy }
}

async function createEcho(toxiproxy: Toxiproxy, name = 'echo'): Promise<ClientProxy> {
  const upstream = `127.0.0.1:${await serveEcho()}`
  return toxiproxy.createProxy({ name, listen: 'localhost:0', upstream })
}

function portOf(proxy: ClientProxy): number {
  return Number(proxy.listen.split(':').at(-1))
}

/** The client's types ask for what its users leave out. */
function toxic(type: string, attributes: object, more: object = {}): ICreateToxicBody<object> {
  return { type, attributes, ...more } as unknown as ICreateToxicBody<object>
}

describe('toxiproxy-node-client', () => {
  it('makes a proxy, and reads where it listens', async () => {
    const { toxiproxy, url } = await startClient()
    const proxy = await createEcho(toxiproxy)
    expect(proxy.listen).toMatch(/^127\.0\.0\.1:[1-9]\d*$/)
    expect(proxy.toJson()).toEqual({
      name: 'echo',
      listen: proxy.listen,
      upstream: proxy.upstream,
      enabled: true,
    })
    expect(proxy.getToxiproxy()).toBe(toxiproxy)
    expect([proxy.getHost(), proxy.getPath()]).toEqual([url, `${url}/proxies/echo`])
    expect(await ask(portOf(proxy), 'hello')).toBe('hello')
  })

  it('finds one, and all', async () => {
    const { toxiproxy } = await startClient()
    const [one, two] = [await createEcho(toxiproxy, 'one'), await createEcho(toxiproxy, 'two')]
    expect((await toxiproxy.get('one')).toJson()).toEqual(one.toJson())
    const all = await toxiproxy.getAll()
    expect(Object.keys(all)).toEqual(['one', 'two'])
    expect(all['two']?.toJson()).toEqual(two.toJson())
    await expect(toxiproxy.get('three')).rejects.toThrow('Request failed with status code 404')
  })

  it('refuses a second of a name, and what cannot listen', async () => {
    const { toxiproxy } = await startClient()
    const proxy = await createEcho(toxiproxy)
    await expect(createEcho(toxiproxy)).rejects.toThrow('status code 409')
    const { listen, upstream } = proxy
    await expect(toxiproxy.createProxy({ name: 'two', listen, upstream })).rejects.toThrow(
      'status code 500',
    )
    expect(Object.keys(await toxiproxy.getAll())).toEqual(['echo'])
  })

  it('disables a proxy, which ends its connections, and enables it again at the same place', async () => {
    const { toxiproxy } = await startClient()
    const proxy = await createEcho(toxiproxy)
    const { listen, upstream } = proxy
    const client = await connectRaw(portOf(proxy))
    await client.send('x')
    await client.receive()
    const off = await proxy.update({ enabled: false, listen, upstream })
    expect(off.enabled).toBe(false)
    expect(await readAll(client)).toBe('')
    await expect(ask(portOf(proxy), 'hello')).rejects.toThrow()
    const on = await proxy.update({ enabled: true, listen, upstream })
    expect([on.enabled, on.listen]).toEqual([true, listen])
    expect(await ask(portOf(proxy), 'hello')).toBe('hello')
  })

  it('moves a proxy to another place and another target', async () => {
    const { toxiproxy } = await startClient()
    const proxy = await createEcho(toxiproxy)
    const upstream = `127.0.0.1:${await serveEcho()}`
    const listen = `127.0.0.1:${await freePort()}`
    const moved = await proxy.update({ enabled: true, listen, upstream })
    expect(moved.toJson()).toEqual({ name: 'echo', listen, upstream, enabled: true })
    expect(await ask(portOf(moved), 'hello')).toBe('hello')
    await expect(ask(portOf(proxy), 'hello')).rejects.toThrow()
  })

  it('removes a proxy', async () => {
    const { toxiproxy } = await startClient()
    const proxy = await createEcho(toxiproxy)
    await proxy.remove()
    expect(await toxiproxy.getAll()).toEqual({})
    await expect(ask(portOf(proxy), 'hello')).rejects.toThrow()
    await expect(proxy.remove()).rejects.toThrow('status code 404')
  })

  it('populates, and keeps what is the same', async () => {
    const { toxiproxy } = await startClient()
    const upstream = `127.0.0.1:${await serveEcho()}`
    const body = [
      { name: 'one', listen: '127.0.0.1:0', upstream },
      { name: 'two', listen: '127.0.0.1:0', upstream, enabled: false },
    ]
    const first = await toxiproxy.populate(body)
    expect(first['one']?.enabled).toBe(true)
    expect(first['two']?.enabled).toBe(false)
    await first['one']!.addToxic(toxic('latency', { latency: 1 }))
    const listen = first['one']!.listen
    const second = await toxiproxy.populate([{ name: 'one', listen, upstream }])
    expect(second['one']?.listen).toBe(listen)
    expect((await second['one']!.getToxic('latency_downstream')).type).toBe('latency')
  })

  it('adds, reads, changes and removes a toxic', async () => {
    const { toxiproxy } = await startClient()
    const proxy = await createEcho(toxiproxy)
    const slow = await proxy.addToxic(toxic('latency', { latency: 20, jitter: 5 }))
    const expected = {
      name: 'latency_downstream',
      type: 'latency',
      stream: 'downstream',
      toxicity: 1,
      attributes: { latency: 20, jitter: 5 },
    }
    expect(slow.toJson()).toEqual(expected)
    expect(slow.getPath()).toBe(`${proxy.getPath()}/toxics/latency_downstream`)
    expect((await proxy.getToxic('latency_downstream')).toJson()).toEqual(expected)
    expect(await ask(portOf(proxy), 'hello')).toBe('hello')
    const changed = await slow.update({ ...toxic('latency', { latency: 10 }), toxicity: 0.5 })
    // What is left out stays as it was.
    expect(changed.toJson()).toMatchObject({
      toxicity: 0.5,
      attributes: { latency: 10, jitter: 5 },
    })
    await slow.remove()
    await expect(proxy.getToxic('latency_downstream')).rejects.toThrow('status code 404')
    await expect(slow.update(toxic('latency', {}))).rejects.toThrow('status code 404')
  })

  it('takes every toxic there is, each with its defaults', async () => {
    const { toxiproxy } = await startClient()
    const proxy = await createEcho(toxiproxy)
    const defaults: Record<string, object> = {
      latency: { latency: 0, jitter: 0 },
      bandwidth: { rate: 0 },
      slow_close: { delay: 0 },
      timeout: { timeout: 0 },
      reset_peer: { timeout: 0 },
      slicer: { average_size: 0, size_variation: 0, delay: 0 },
      limit_data: { bytes: 0 },
      noop: {},
      drop: { share: 1 },
      corrupt: { share: 1 },
      duplicate: { share: 1 },
      half_open: { after: 0 },
    }
    for (const [type, attributes] of Object.entries(defaults)) {
      const made = await proxy.addToxic(toxic(type, {}, { stream: 'upstream' }))
      expect(made.toJson()).toEqual({
        name: `${type}_upstream`,
        type,
        stream: 'upstream',
        toxicity: 1,
        attributes,
      })
    }
    await expect(proxy.addToxic(toxic('noop', {}, { stream: 'upstream' }))).rejects.toThrow('409')
  })

  it('meets connections that are open already, and lets them go again', async () => {
    const { toxiproxy, command } = await startClient()
    const proxy = await createEcho(toxiproxy)
    const client = await connectRaw(portOf(proxy))
    await client.send('a')
    expect(Buffer.from(await client.receive()).toString()).toBe('a')
    const lost = await proxy.addToxic(toxic('drop', {}))
    await client.send('b')
    await command.prints(/@1 fault drop@down: 1 B dropped\n/)
    await lost.remove()
    const limit = await proxy.addToxic(toxic('limit_data', { bytes: 1 }))
    await client.send('c')
    expect(await readAll(client)).toBe('c')
    await limit.remove()
    expect(await ask(portOf(proxy), 'hello')).toBe('hello')
  })

  it('closes connections when a timeout is taken away', async () => {
    const { toxiproxy, command } = await startClient()
    const proxy = await createEcho(toxiproxy)
    const timeout = await proxy.addToxic(toxic('timeout', { timeout: 0 }))
    const client = await connectRaw(portOf(proxy))
    await client.send('lost')
    await command.prints(/@1 up 4 B lost/)
    await timeout.remove()
    expect(await readAll(client)).toBe('')
  })

  it('resets all: proxies are enabled, and toxics gone', async () => {
    const { toxiproxy } = await startClient()
    const proxy = await createEcho(toxiproxy)
    await proxy.addToxic(toxic('drop', {}))
    const { listen, upstream } = proxy
    await proxy.update({ enabled: false, listen, upstream })
    await toxiproxy.reset()
    expect((await toxiproxy.get('echo')).enabled).toBe(true)
    expect(await ask(portOf(proxy), 'hello')).toBe('hello')
  })

  it('reads the version', async () => {
    const { toxiproxy } = await startClient()
    expect(JSON.parse(await toxiproxy.getVersion())).toMatchObject({ version: '2.12.0' })
    expect(toxiproxy.getApi()).toBeDefined()
  })
})
