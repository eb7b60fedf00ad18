import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createServer, raw } from 'hawser'
import { openLog } from 'hawser/log'
import { expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createFolder } from '../../../test/support/folders.js'
import type { SessionState } from '../src/protocol/session-state.js'
import type { Tools } from '../src/tools.js'
import { startWorkbench, type Workbench, type WorkbenchOptions } from '../src/workbench.js'
import { ask, entryOf } from './support/page.js'

/** A reply or a push. */
interface Said {
  readonly id?: number
  readonly value?: unknown
  readonly push?: string
  readonly rows?: number
  readonly level?: string
  readonly text?: string
  readonly sessions?: readonly SessionState[]
}

const tools = {
  version: '1.2.3',
  loadFraming: () => Promise.resolve(raw()),
} as Partial<Tools> as Tools

async function start(options: Partial<WorkbenchOptions> = {}): Promise<Workbench> {
  const web = createFolder({ 'index.html': '<title>page</title>' })
  const workbench = await startWorkbench({ tools, web, ...options })
  onTestFinished(() => workbench.close())
  return workbench
}

/** A page that came in by a fresh link. */
class Visitor {
  readonly #socket: WebSocket
  readonly got: Said[] = []
  #lastId = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    onTestFinished(() => socket.terminate())
    socket.on('message', (data, isBinary) => {
      if (!isBinary) this.got.push(JSON.parse((data as Buffer).toString()) as Said)
      socket.emit('got')
    })
  }

  static async enter(workbench: Workbench): Promise<Visitor> {
    const { origin, port, hash } = new URL(workbench.link())
    const reply = await ask({
      port: Number(port),
      method: 'POST',
      path: '/session',
      headers: { origin },
      body: JSON.stringify({ token: new URLSearchParams(hash.slice(1)).get('token') }),
    })
    const { cookie, key } = entryOf(reply)
    const url = `ws://127.0.0.1:${port}/socket`
    const socket = new WebSocket(url, key, { headers: { origin, cookie } })
    // It listens first: something may be said at once.
    const visitor = new Visitor(socket)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    return visitor
  }

  async next(fits: (said: Said) => boolean): Promise<Said> {
    for (;;) {
      const said = this.got.find(fits)
      if (said !== undefined) return said
      await new Promise((resolve) => this.#socket.once('got', resolve))
    }
  }

  ask(request: object): Promise<Said> {
    const id = (this.#lastId += 1)
    this.#socket.send(JSON.stringify({ id, ...request }))
    return this.next((said) => said.id === id)
  }

  leave(): void {
    this.#socket.terminate()
  }
}

const definition = { kind: 'server', name: 'echo', listen: '127.0.0.1:0', respond: 'echo' } as const

function portOf([address]: readonly unknown[]): number {
  return (address as { readonly port: number }).port
}

/** Say something to a server. @returns what came back */
function speak(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.once('error', reject)
    socket.once('data', (bytes) => {
      resolve(bytes.toString())
      socket.destroy()
    })
  })
}

it('a page starts a server, sees who connects, and what is said', async () => {
  const workbench = await start()
  const visitor = await Visitor.enter(workbench)
  expect(await visitor.ask({ do: 'hello' })).toMatchObject({ value: { sessions: [] } })
  await visitor.ask({ do: 'open-view', view: 1, filter: {} })
  await visitor.ask({ do: 'start', definition })
  const running = await visitor.next(({ sessions }) => sessions?.[0]?.state === 'running')
  const [address = ''] = running.sessions?.[0]?.addresses ?? []
  expect(await speak(Number(address.split(':')[1]), 'ahoy')).toBe('ahoy')
  await visitor.next(({ sessions }) => sessions?.[0]?.bytesWritten === 4)
  // Listening, open, in, out, and the end.
  await visitor.next((said) => said.push === 'view' && (said.rows ?? 0) >= 5)
  const found = await visitor.ask({
    do: 'find',
    view: 1,
    from: 0,
    pattern: { as: 'text', text: 'ahoy' },
  })
  expect(found).toMatchObject({ value: { at: 0, length: 4 } })
})

it('a page that is loaded again finds everything where it was', async () => {
  const workbench = await start()
  const first = await Visitor.enter(workbench)
  await first.ask({ do: 'start', definition })
  first.leave()
  const second = await Visitor.enter(workbench)
  const hello = await second.ask({ do: 'hello' })
  expect(hello).toMatchObject({ value: { sessions: [{ definition, state: 'running' }] } })
  await second.ask({ do: 'open-view', view: 1, filter: {} })
  await second.next((said) => said.push === 'view' && (said.rows ?? 0) >= 1)
})

it('a server that was made elsewhere is a session like others, and ends with them', async () => {
  const workbench = await start()
  const server = createServer(
    { framing: raw() },
    { message: (client, bytes) => client.send(bytes) },
  )
  await workbench.adopt({ ...definition, name: 'own' }, server)
  await server.listen('127.0.0.1:0')
  const visitor = await Visitor.enter(workbench)
  expect(await speak(portOf(server.addresses()), 'ahoy')).toBe('ahoy')
  await visitor.next(({ sessions }) => sessions?.[0]?.accepted === 1)
  await workbench.close()
  expect(server.address()).toBeNull()
})

it('a server that was made elsewhere goes on as it was when its session is started again', async () => {
  const workbench = await start()
  const server = createServer(
    { framing: raw(), maxPerAddress: 1 },
    { message: (client, bytes) => client.send(Buffer.concat([Buffer.from('own: '), bytes])) },
  )
  const session = await workbench.adopt({ ...definition, name: 'own' }, server)
  await server.listen('127.0.0.1:0')
  const port = portOf(server.addresses())
  const visitor = await Visitor.enter(workbench)
  const staying = connect(port, '127.0.0.1')
  const gone = once(staying, 'close')
  await visitor.next(({ sessions }) => sessions?.[0]?.connections === 1)
  await visitor.ask({ do: 'stop', session })
  await gone
  await visitor.next(({ sessions }) => sessions?.[0]?.state === 'stopped')
  await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED')
  await visitor.ask({ do: 'restart', session })
  await visitor.next(({ sessions }) => sessions?.[0]?.state === 'running')
  expect(portOf(server.addresses())).toBe(port)
  expect(await speak(port, 'ahoy')).toBe('own: ahoy')
  await visitor.ask({ do: 'remove', session })
  expect(server.addresses()).toEqual([])
})

it('a repeat speaks through a server that was made elsewhere', async () => {
  const workbench = await start()
  const server = createServer({ framing: raw() }, { message: () => undefined })
  const session = await workbench.adopt({ ...definition, name: 'own' }, server)
  await server.listen('127.0.0.1:0')
  const visitor = await Visitor.enter(workbench)
  const client = connect(portOf(server.addresses()), '127.0.0.1')
  await visitor.next(({ sessions }) => sessions?.[0]?.connections === 1)
  const heard = once(client, 'data')
  const bytes = Buffer.from('tick').toString('base64')
  await visitor.ask({ do: 'repeat', session, bytes, every: 1, times: 1 })
  expect(String((await heard)[0])).toBe('tick')
  client.destroy()
})

it('the log is a file of this user only, and is gone when the workbench is closed', async () => {
  const before = new Set(readdirSync(tmpdir()))
  const workbench = await start()
  const isOwn = (name: string): boolean => name.startsWith('hawser-workbench-') && !before.has(name)
  const [folder = ''] = readdirSync(tmpdir()).filter(isOwn)
  const path = join(tmpdir(), folder)
  expect(statSync(path).mode & 0o777).toBe(0o700)
  expect(existsSync(join(path, 'session.000001.hawser'))).toBe(true)
  await workbench.close()
  await workbench.close()
  expect(existsSync(path)).toBe(false)
})

it('what a workbench left that was killed is deleted by the next one, and nothing else', async () => {
  const folder = createFolder()
  for (const name of ['TMPDIR', 'TEMP']) vi.stubEnv(name, folder)
  onTestFinished(() => void vi.unstubAllEnvs())
  // No system has a process of this number.
  const left = join(folder, 'hawser-workbench-999999999-a1')
  const others = ['hawser-workbench-x', `hawser-workbench-${process.pid}-b2`, 'hawser-999999999-c3']
  for (const path of [left, ...others.map((name) => join(folder, name))]) {
    mkdirSync(path)
    writeFileSync(join(path, 'session.hawser'), 'rows')
  }
  const workbench = await start()
  expect(existsSync(left)).toBe(false)
  await workbench.close()
  for (const name of others) expect(existsSync(join(folder, name))).toBe(true)
})

it('a log that is named stays', async () => {
  const log = join(createFolder(), 'kept.hawser')
  const workbench = await start({ log })
  const visitor = await Visitor.enter(workbench)
  await visitor.ask({ do: 'note', text: 'kept' })
  await workbench.close()
  const reader = await openLog(log)
  const { firstRow, nextRow } = reader.info()
  expect(nextRow - firstRow).toBe(1)
  await reader.close()
})

it('a log has a limit, of which there is room for several files', async () => {
  const log = join(createFolder(), 'kept.hawser')
  const logLimit = 16 * 1024 * 1024
  await (await start({ log, logLimit })).close()
  expect(readdirSync(dirname(log))).toEqual(['kept.000001.hawser'])
  await expect(start({ logLimit: logLimit - 1 })).rejects.toMatchObject({
    code: 'WORKBENCH_INVALID',
  })
  await (await start({ log: join(dirname(log), 'one.hawser'), logLimit: Infinity })).close()
  expect(readdirSync(dirname(log))).toContain('one.hawser')
})

it('a disk that takes no more stops the log and no traffic, and each page says so', async () => {
  const log = join(createFolder(), 'full.hawser')
  const workbench = await start({ log, logLimit: 16 * 1024 * 1024 })
  // Where the next file of the log is to be there is something else.
  mkdirSync(join(dirname(log), 'full.000002.hawser'))
  const visitor = await Visitor.enter(workbench)
  await visitor.ask({ do: 'start', definition })
  const running = await visitor.next(({ sessions }) => sessions?.[0]?.state === 'running')
  const port = Number(running.sessions?.[0]?.addresses[0]?.split(':')[1])
  const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.alloc(3 * 1024 * 1024)))
  onTestFinished(() => void socket.destroy())
  let left = 3 * 1024 * 1024
  for await (const bytes of socket as AsyncIterable<Buffer>) if ((left -= bytes.length) <= 0) break
  const isSaid = ({ push, level }: Said): boolean => push === 'notice' && level === 'error'
  expect((await visitor.next(isSaid)).text).toMatch(/the log .* has stopped after \d+ bytes/)
  expect(await speak(port, 'still here')).toBe('still here')
  const later = await Visitor.enter(workbench)
  expect((await later.next(isSaid)).text).toContain('has stopped')
})

it('a place that is taken is said to be, and nothing is left', async () => {
  const { port } = new URL((await start()).link())
  const log = join(createFolder(), 'one.hawser')
  const failing = start({ page: `127.0.0.1:${port}`, log })
  await expect(failing).rejects.toMatchObject({
    code: 'WORKBENCH_FAILED',
    message: expect.stringContaining('choose another port') as string,
  })
  // The log is free again.
  await (await start({ log })).close()
  expect(readdirSync(dirname(log))).toEqual(['one.hawser'])
})

it('a page that other machines reach is warned of', async () => {
  const notices: string[] = []
  const onNotice = (level: string, text: string): void => void notices.push(`${level}: ${text}`)
  await expect(start({ page: '0.0.0.0:0', onNotice })).rejects.toThrow('--page-open')
  await start({ page: '0.0.0.0:0', isOpen: true, onNotice })
  expect(notices).toEqual(['warning: other machines reach the page on 0.0.0.0:0, unencrypted'])
})

it('what goes wrong in a session is shown on each page', async () => {
  const workbench = await start()
  const both = [await Visitor.enter(workbench), await Visitor.enter(workbench)]
  const { port } = new URL(workbench.link())
  await both[0]?.ask({ do: 'start', definition: { ...definition, listen: `127.0.0.1:${port}` } })
  for (const visitor of both) {
    const failed = await visitor.next(({ sessions }) => sessions?.[0]?.state === 'failed')
    expect(failed.sessions?.[0]?.error).toContain(port)
  }
})
