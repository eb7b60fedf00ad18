import { join } from 'node:path'
import type { LentProxy, ProxyDefinition } from '@hawser/workbench'
import { connect, type Connection, raw } from 'hawser'
import { createLog, type LogRow, openLog, type SessionLog } from 'hawser/log'
import { expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../../../../test/support/free-port.js'
import { createFolder } from '../../../../../test/support/folders.js'
import { lendProxy } from '../../../src/workbench/lend/lend-proxy.js'
import { readAll, serveEcho, serveTarget } from '../../support/proxied.js'

class Bench {
  readonly messages: string[] = []
  #changed: (() => void)[] = []
  readonly file = join(createFolder(), 'session.hawser')
  log!: SessionLog
  proxy!: LentProxy

  static async start(definition: Partial<ProxyDefinition> & { target: string }): Promise<Bench> {
    const bench = new Bench()
    bench.log = await createLog(bench.file)
    bench.proxy = await lendProxy(
      { kind: 'proxy', name: 'a', listen: '127.0.0.1:0', ...definition },
      {
        log: bench.log,
        details: { session: 7, name: 'a' },
        failed: (message) => {
          bench.messages.push(message)
          bench.wake()
        },
        changed: () => bench.wake(),
      },
    )
    onTestFinished(async () => {
      await bench.proxy.stop()
      await bench.log.close()
    })
    return bench
  }

  wake(): void {
    for (const wake of this.#changed.splice(0)) wake()
  }

  /** Wait until this holds; each change asks again. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#changed.push(resolve))
  }

  async enter(): Promise<Connection<Uint8Array, Uint8Array | string>> {
    const [address = ''] = this.proxy.addresses
    const client = await connect(address, { framing: raw(), allowHalfOpen: true })
    onTestFinished(() => client.reset())
    return client
  }

  async rows(): Promise<LogRow[]> {
    await this.log.flush()
    const reader = await openLog(this.file)
    const rows: LogRow[] = []
    for await (const row of reader.rows()) rows.push(row)
    await reader.close()
    return rows
  }
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

it('what goes through is in the log, under the name of its session', async () => {
  const bench = await Bench.start({ target: `127.0.0.1:${await serveEcho()}` })
  const client = await bench.enter()
  await client.send('ahoy')
  expect(text(await client.receive())).toBe('ahoy')
  expect(bench.proxy).toMatchObject({ accepted: 1, refused: 0, bytesRead: 4, bytesWritten: 4 })
  await client.close()
  await bench.until(() => bench.proxy.connections(0).all === 0)
  expect(bench.proxy).toMatchObject({ accepted: 1, bytesRead: 4, bytesWritten: 4 })
  const rows = await bench.rows()
  expect(rows.map(({ kind, connection }) => [kind, connection])).toEqual(
    expect.arrayContaining([
      ['in', 1],
      ['out', 1],
    ]),
  )
  const [open] = rows.filter(({ event }) => event?.event === 'open')
  expect(open?.event).toMatchObject({ side: 'proxy', session: 7, name: 'a' })
  expect(rows.some(({ event }) => event?.event === 'close')).toBe(true)
})

it('its connections have their numbers in the log, and some of them may be asked for', async () => {
  const bench = await Bench.start({ target: `127.0.0.1:${await serveEcho()}` })
  const clients = [await bench.enter(), await bench.enter(), await bench.enter()]
  await bench.until(() => bench.proxy.connections(0).all === 3)
  const { all, connections } = bench.proxy.connections(2)
  expect(all).toBe(3)
  expect(connections.map(({ id }) => id)).toEqual([1, 2])
  const remotes = clients.map(({ localPort }) => `127.0.0.1:${localPort}`)
  expect(connections[0]).toMatchObject({ phase: 'open', isPaused: false, bytesRead: 0 })
  expect(remotes).toContain(connections[0]?.remote.split(' ')[0])
})

it('one that is paused stays so when it is half-closed, until it goes on', async () => {
  const bench = await Bench.start({ target: `127.0.0.1:${await serveEcho()}` })
  const client = await bench.enter()
  await bench.until(() => bench.proxy.connections(0).all === 1)
  const isPaused = () => bench.proxy.connections(1).connections[0]?.isPaused
  bench.proxy.act(1, 'pause')
  await client.send('ahoy')
  expect(isPaused()).toBe(true)
  bench.proxy.act(1, 'resume')
  expect(isPaused()).toBe(false)
  expect(text(await client.receive())).toBe('ahoy')
  bench.proxy.act(1, 'pause')
  bench.proxy.act(1, 'end')
  expect(isPaused()).toBe(true)
})

it('one of them can be reset, and the others stay', async () => {
  const bench = await Bench.start({ target: `127.0.0.1:${await serveEcho()}` })
  const [one, other] = [await bench.enter(), await bench.enter()]
  await bench.until(() => bench.proxy.connections(0).all === 2)
  bench.proxy.act(1, 'reset')
  await one.closed
  await bench.until(() => bench.proxy.connections(0).all === 1)
  await other.send('ahoy')
  expect(text(await other.receive())).toBe('ahoy')
  expect(() => bench.proxy.act(1, 'reset')).toThrow('connection 1 is not open any more')
})

it('one that is paused says so, and goes on where it was', async () => {
  const bench = await Bench.start({ target: `127.0.0.1:${await serveEcho()}` })
  const client = await bench.enter()
  await bench.until(() => bench.proxy.connections(0).all === 1)
  bench.proxy.act(1, 'pause')
  expect(bench.proxy.connections(1).connections[0]).toMatchObject({ isPaused: true })
  await client.send('ahoy')
  bench.proxy.act(1, 'resume')
  expect(bench.proxy.connections(1).connections[0]).toMatchObject({ isPaused: false })
  expect(text(await client.receive())).toBe('ahoy')
})

it('faults meet a connection that is open already, and are taken back', async () => {
  const bench = await Bench.start({ target: `127.0.0.1:${await serveEcho()}` })
  const client = await bench.enter()
  await client.send('one')
  await client.receive()
  bench.proxy.setFaults(['drop=1@up'])
  await client.send('lost')
  const isStruck = async (): Promise<boolean> =>
    (await bench.rows()).some(
      ({ event }) => event?.event === 'fault' && event['what'] !== undefined,
    )
  while (!(await isStruck()));
  bench.proxy.setFaults([])
  await client.send('two')
  expect(text(await client.receive())).toBe('two')
  expect(() => bench.proxy.setFaults(['drp=1'])).toThrow('did you mean drop')
})

it('a target that cannot be reached is said, and the proxy goes on', async () => {
  const port = await freePort()
  const bench = await Bench.start({ target: `127.0.0.1:${port}` })
  const client = await bench.enter()
  await client.closed
  await bench.until(() => bench.messages.length > 0)
  expect(bench.messages[0]).toContain(String(port))
  expect(bench.proxy.addresses).toHaveLength(1)
})

it('a place that is taken, a fault that is none: it does not start', async () => {
  const port = await serveEcho()
  const target = `127.0.0.1:${port}`
  await expect(Bench.start({ target, listen: target })).rejects.toThrow(String(port))
  await expect(Bench.start({ target, faults: ['none=1'] })).rejects.toThrow('there is no fault')
})

it('stopping ends what goes through it, also where the target never ends', async () => {
  const port = await serveTarget({ message: () => undefined })
  const bench = await Bench.start({ target: `127.0.0.1:${port}` })
  const client = await bench.enter()
  await client.send('ahoy')
  await bench.until(() => bench.proxy.connections(0).all === 1)
  await bench.proxy.stop()
  expect(await readAll(client)).toBe('')
  expect(bench.proxy.addresses).toEqual([])
  expect(bench.proxy.connections(1).all).toBe(0)
})
