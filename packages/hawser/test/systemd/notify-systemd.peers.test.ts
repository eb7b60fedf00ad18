import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { HawserError } from 'hawser'
import { notifySystemd } from 'hawser/systemd'
import { ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { describePeer, findPeer, itPeer } from '../../../../test/support/peers.js'
import { runNode } from '../../../../test/support/programs.js'
import { Running } from '../../../../test/support/running.js'
import { loopback, make, portOf } from '../server/support/serving.js'

const receiver: string = fileURLToPath(new URL('service-manager.py', import.meta.url))
const watched = { WATCHDOG_USEC: '30000000', WATCHDOG_PID: String(process.pid) }

interface Heard {
  readonly message: string
  readonly sender: number
}

/** A socket that is told as systemd's is, and what it was told. */
class ServiceManager {
  readonly path: string
  readonly #running: Running

  private constructor(path: string, running: Running) {
    this.path = path
    this.#running = running
  }

  static async start(python: string): Promise<ServiceManager> {
    const path = join(createFolder(), 'notify')
    const running = new Running(python, [receiver, path])
    await running.prints(/^ready\n/)
    return new ServiceManager(path, running)
  }

  get env(): Record<string, string | undefined> {
    return { PATH: process.env['PATH'], NOTIFY_SOCKET: this.path }
  }

  /** What it was told, barriers left out. */
  get heard(): Heard[] {
    const lines = this.#running.printed.split('\n').slice(1, -1)
    const all = lines.map((line) => JSON.parse(line) as Heard)
    return all.filter(({ message }) => message !== 'BARRIER=1')
  }

  /** Waits until it was told something that has this in it. */
  hears(text: string): Promise<unknown> {
    return this.#running.prints(new RegExp(`${text}.*\\n`))
  }

  get messages(): string[] {
    return this.heard.map(({ message }) => message)
  }
}

const hasNotify = findPeer('systemd-notify') !== undefined
const describeManager = (name: string, body: (python: string) => void): void => {
  if (hasNotify) describePeer('python3', name, body)
  else describePeer('systemd-notify', name, body)
}

describeManager('systemd is told', (python) => {
  it('that a server is ready once it listens, and where', async () => {
    const manager = await ServiceManager.start(python)
    const server = make()
    const notifier = notifySystemd(server, { env: manager.env })
    expect(notifier).toMatchObject({ active: true, watchdog: Infinity })
    expect(manager.messages).toEqual([])
    await server.listen(['127.0.0.1:0', '[::1]:0'])
    await manager.hears('READY=1')
    const [four, six] = server.addresses() as { port: number }[]
    const places = `tcp://127.0.0.1:${four?.port}, tcp://[::1]:${six?.port}`
    expect(manager.messages).toEqual([`READY=1\nSTATUS=listening on ${places}`])
    await server.close()
    await notifier.status('closed')
  })

  it('at once that a server is ready that listens already, and of later endpoints', async () => {
    const manager = await ServiceManager.start(python)
    const server = await make().listen(loopback)
    const notifier = notifySystemd(server, { env: manager.env })
    await manager.hears('READY=1')
    const path = join(createFolder(), 'app.sock')
    await server.listen(`unix:${path}`)
    await manager.hears('app.sock')
    const first = `listening on tcp://127.0.0.1:${portOf(server)}`
    expect(manager.messages).toEqual([`READY=1\nSTATUS=${first}`, `STATUS=${first}, unix:${path}`])
    await server.close()
    await notifier.status('closed')
  })

  it('that a server stops, when it begins to', async () => {
    const manager = await ServiceManager.start(python)
    const server = await make().listen(loopback)
    const notifier = notifySystemd(server, { env: manager.env })
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('x')
    for await (const connection of server) {
      for await (const _chunk of connection) break
      const closing = server.close({ drain: Infinity })
      await manager.hears('STOPPING=1')
      expect(manager.messages.at(-1)).toBe('STOPPING=1\nSTATUS=draining 1 connection')
      connection.reset()
      await closing
      await notifier.status('closed')
    }
  })

  it('that a service reloads, and what its status is, in the order of the calls', async () => {
    const manager = await ServiceManager.start(python)
    const notifier = notifySystemd(undefined, { env: manager.env })
    const before = process.hrtime.bigint() / 1_000n
    const told = [
      notifier.ready(),
      notifier.reloading('certificates'),
      notifier.ready('two\n lines'),
      notifier.status('serving'),
      notifier.stopping(),
    ]
    await Promise.all(told)
    await manager.hears('STOPPING=1')
    const [, reload = ''] = manager.messages
    expect(manager.messages).toEqual([
      'READY=1',
      expect.stringMatching(/^RELOADING=1\nMONOTONIC_USEC=\d+\nSTATUS=certificates$/),
      'READY=1\nSTATUS=two lines',
      'STATUS=serving',
      'STOPPING=1',
    ])
    const time = BigInt(/USEC=(\d+)/.exec(reload)?.[1] ?? 0)
    expect(time >= before && time <= process.hrtime.bigint() / 1_000n).toBe(true)
  })

  it.runIf(process.getuid?.() === 0)(
    'by the service itself when it is root, so that NotifyAccess=main is enough (needs root)',
    async () => {
      const manager = await ServiceManager.start(python)
      await notifySystemd(undefined, { env: manager.env }).ready()
      await manager.hears('READY=1')
      expect(manager.heard).toEqual([{ message: 'READY=1', sender: process.pid }])
    },
  )

  it('that it is alive, twice within the time of the watchdog, once it is ready', async () => {
    const manager = await ServiceManager.start(python)
    const clock = new VirtualClock()
    const env = { ...manager.env, ...watched }
    const notifier = notifySystemd(undefined, { env, clock })
    expect(notifier.watchdog).toBe(30_000)
    await clock.advance(60_000)
    await notifier.ready()
    for (let pings = 1; pings <= 3; pings += 1) {
      await clock.advance(14_999)
      await notifier.status(`before ${pings}`)
      await clock.advance(1)
      await notifier.status(`after ${pings}`)
    }
    notifier.stop()
    await clock.advance(60_000)
    await notifier.status('end')
    await manager.hears('STATUS=end')
    const ping = (count: number): string[] => [
      `STATUS=before ${count}`,
      'WATCHDOG=1',
      `STATUS=after ${count}`,
    ]
    const pings = [1, 2, 3].flatMap((count) => ping(count))
    expect(manager.messages).toEqual(['READY=1', ...pings, 'STATUS=end'])
  })

  it('nothing more once the server has closed', async () => {
    const manager = await ServiceManager.start(python)
    const clock = new VirtualClock()
    const server = await make().listen(loopback)
    const notifier = notifySystemd(server, { env: { ...manager.env, ...watched }, clock })
    await server.close()
    await clock.advance(60_000)
    await notifier.status('end')
    await manager.hears('STATUS=end')
    expect(manager.messages.filter((message) => message === 'WATCHDOG=1')).toEqual([])
  })

  it('nothing by a service whose event loop stands still', async () => {
    const manager = await ServiceManager.start(python)
    const script = `
      import { notifySystemd } from 'hawser/systemd'
      const notifier = notifySystemd(undefined, { env: { ...process.env, WATCHDOG_USEC: '100000' } })
      await notifier.ready('begin')
      const until = performance.now() + 500
      while (performance.now() < until);
      notifier.stop()
      await notifier.stopping('end')
    `
    const env = { ...process.env, ...manager.env }
    const ended = await runNode(['--input-type=module', '-e', script], { env })
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' })
    await manager.hears('STOPPING=1')
    // One that was due before may come late; ten were due meanwhile.
    const pings = manager.messages.filter((message) => message === 'WATCHDOG=1')
    expect(pings.length).toBeLessThan(2)
    expect(manager.messages.length - pings.length).toBe(2)
  })

  it('also by a service that is not root, whom NotifyAccess=all lets', async () => {
    const manager = await ServiceManager.start(python)
    const script = `
      import { chmodSync } from 'node:fs'
      import { dirname } from 'node:path'
      import { notifySystemd } from 'hawser/systemd'
      const { NOTIFY_SOCKET: path } = process.env
      chmodSync(path, 0o777)
      chmodSync(dirname(path), 0o755)
      if (process.getuid() === 0) process.setuid(65534)
      await notifySystemd().ready(String(process.pid))
    `
    const env = { ...process.env, ...manager.env }
    const ended = await runNode(['--input-type=module', '-e', script], { env })
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' })
    await manager.hears('READY=1')
    const [{ message, sender } = { message: '', sender: 0 }] = manager.heard
    expect(message).toMatch(/^READY=1\nSTATUS=\d+$/)
    expect(message).not.toContain(String(sender))
  })
})

describeManager('all that systemd is told', (python) => {
  it('is awaited before a program exits by itself', async () => {
    const manager = await ServiceManager.start(python)
    const script = `
      import { createServer } from 'hawser'
      import { notifySystemd } from 'hawser/systemd'
      const server = createServer()
      const systemd = notifySystemd(server)
      await server.listen('127.0.0.1:0')
      await server.close()
      await systemd.flush()
      process.exit()
    `
    const env = { ...process.env, ...manager.env }
    const ended = await runNode(['--input-type=module', '-e', script], { env })
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' })
    await manager.hears('STOPPING=1')
    expect(manager.messages).toHaveLength(2)
  })

  it('is waited for by a program that ends by itself', async () => {
    const manager = await ServiceManager.start(python)
    const script = `
      import { createServer } from 'hawser'
      import { notifySystemd } from 'hawser/systemd'
      const server = createServer()
      notifySystemd(server)
      await server.listen('127.0.0.1:0')
      await server.close()
    `
    const env = { ...process.env, ...manager.env }
    const ended = await runNode(['--input-type=module', '-e', script], { env })
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' })
    await manager.hears('STOPPING=1')
    expect(manager.messages).toHaveLength(2)
  })
})

describe('systemd that cannot be told', () => {
  async function complaint(env: Record<string, string | undefined>): Promise<HawserError[]> {
    const errors: HawserError[] = []
    await notifySystemd(undefined, { env, onError: (error) => errors.push(error) }).ready()
    return errors
  }

  itPeer('systemd-notify', 'is an error that says what is missing: the socket', async () => {
    const path = join(createFolder(), 'nobody')
    const [error] = await complaint({ PATH: process.env['PATH'], NOTIFY_SOCKET: path })
    expect(error).toMatchObject({ code: 'HAWSER_NOTIFY_FAILED', op: 'notify' })
    expect(error?.message).toMatch(
      /^systemd could not be told READY=1: .*No such file.*NotifyAccess=$/,
    )
  })
})
