import { once } from 'node:events'
import { renameSync } from 'node:fs'
import net from 'node:net'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type AddressInfo, connect, fixed, type ServerInfo } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bundled } from '../../../../test/support/bundled.js'
import { createFolder } from '../../../../test/support/folders.js'
import { runNode } from '../../../../test/support/programs.js'
import { readWays } from './support/serving.js'

const support = (name: string): string =>
  bundled(fileURLToPath(new URL(`support/${name}`, import.meta.url)))

/** A program that answers lines with lines, ended with the test. */
class Talking {
  readonly #child
  readonly #lines

  constructor(program: string, args: readonly string[], listening?: net.Server) {
    const handle = listening === undefined ? [] : [toStdio(listening)]
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit', ...handle] })
    const { stdout } = this.#child
    if (stdout === null) throw new Error('it has no output')
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
    onTestFinished(async () => {
      if (this.#child.exitCode !== null) return
      this.#child.kill('SIGKILL')
      await once(this.#child, 'exit')
    })
  }

  async next<Answer>(): Promise<Answer> {
    const { value } = await this.#lines.next()
    return JSON.parse(String(value)) as Answer
  }

  ask<Answer>(question: string): Promise<Answer> {
    this.#child.stdin?.write(`${question}\n`)
    return this.next()
  }

  async finish(): Promise<unknown> {
    this.#child.stdin?.end()
    const [code] = await once(this.#child, 'exit')
    return code
  }
}

/** What `spawn` takes to hand a listening socket on: it looks at the handle of a socket or pipe. */
function toStdio(listening: net.Server): number {
  const { fd } = (listening as unknown as { _handle: { fd: number } })._handle
  return fd
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0)

interface Counts {
  readonly accepted: number
  readonly connections: number
  readonly refused: Record<string, number>
  readonly effectiveMaxConnections: number
  readonly errors: number
  readonly drops: number
}

// The modules of the library are opened many at once, when it is imported.
const most = 250
const many = 400

describe.each(readWays)('a server that may open few files, %s', (_name, fastRead) => {
  const endpoints = [
    ['on TCP', () => '127.0.0.1:0'],
    ['on a Unix socket', () => `unix:${createFolder()}/app.sock`],
  ] as const
  for (const [where, endpoint] of endpoints) {
    it(`serves or refuses each of many, and recovers, ${where}`, async () => {
      const script = `ulimit -n ${most} && exec "$@"`
      const args = [process.execPath, support('few-descriptors.mjs'), String(fastRead), endpoint()]
      const program = new Talking('/bin/sh', ['-c', script, 'sh', ...args])
      const address = await program.next<AddressInfo | string>()

      const peers = await Promise.all(
        Array.from({ length: many }, () => ScriptedPeer.connect(address)),
      )
      let counts = await program.ask<Counts>('counts')
      while (counts.accepted + (counts.refused['fd-limit'] ?? 0) < many) {
        counts = await program.ask<Counts>('counts')
      }
      const served = counts.accepted
      expect(served).toBeGreaterThan(0)
      expect(counts).toMatchObject({
        connections: served,
        refused: { 'fd-limit': many - served, limit: 0, 'not-accepted': 0 },
        effectiveMaxConnections: served,
        errors: 0,
        drops: many - served,
      })

      for (const peer of peers) peer.reset()
      while (counts.connections > 0) counts = await program.ask<Counts>('counts')
      await using peer = await ScriptedPeer.connect(address)
      await peer.send('hello')
      await peer.receives('hello')
      expect(await program.finish()).toBe(0)
    })
  }
})

describe('two servers that may open few files together', () => {
  it('serve or refuse each of many, and the room of one is that of the other later', async () => {
    const script = `ulimit -n ${most} && exec "$@"`
    const args = [process.execPath, support('few-descriptors-shared.mjs')]
    const program = new Talking('/bin/sh', ['-c', script, 'sh', ...args])
    const addresses = await program.next<AddressInfo[]>()
    const counts = async (): Promise<[number, ...ServerInfo[]]> => program.ask('counts')
    const count = (infos: readonly ServerInfo[], read: (info: ServerInfo) => number): number =>
      infos.reduce((total, info) => total + read(info), 0)

    // Each is greeted or closed, or waits, and lets the others go on.
    const sockets: net.Socket[] = []
    const settled: Promise<unknown>[] = []
    let greeted = 0
    for (let index = 0; index < many; index += 1) {
      const { port } = addresses[index % 2] as AddressInfo
      const socket = net.connect(port, '127.0.0.1').on('error', () => {})
      sockets.push(socket)
      const closed = once(socket, 'close')
      await once(socket, 'connect').catch(() => closed)
      settled.push(Promise.race([closed, once(socket, 'data').then(() => (greeted += 1))]))
    }
    await Promise.all(settled.filter((_, index) => index % 2 === 0))
    const [drops, ...infos] = await counts()
    expect(count(infos, ({ accepted, held, refused }) => accepted + held + sum(refused))).toBe(many)
    expect(drops).toBe(count(infos, ({ refused }) => sum(refused)))
    expect(infos[0]?.refused['fd-limit']).toBeGreaterThan(0)
    expect(infos[1]).toMatchObject({ accepted: 20, held: 50 })
    expect(infos[0]?.connections).toBe(infos[0]?.effectiveMaxConnections)

    for (const [index, socket] of sockets.entries()) if (index % 2 === 1) socket.destroy()
    let now = await counts()
    while ((now[2]?.connections ?? 0) + (now[2]?.held ?? 0) > 0) now = await counts()
    const room = (now[1]?.effectiveMaxConnections ?? 0) - (now[1]?.connections ?? 0)
    expect(room).toBe(70)
    for (const socket of sockets) socket.destroy()
    expect(greeted).toBe((infos[0]?.accepted ?? 0) + 20)
    expect(await program.finish()).toBe(0)
  })
})

describe('an inherited listening socket', () => {
  async function listenOn(where: net.ListenOptions): Promise<net.Server> {
    const listening = net.createServer()
    listening.listen(where)
    await once(listening, 'listening')
    onTestFinished(() => void listening.close())
    return listening
  }

  it('on TCP is served on, and says where it is', async () => {
    const listening = await listenOn({ host: '127.0.0.1', port: 0 })
    const program = new Talking(process.execPath, [support('inherited.mjs')], listening)
    const [pid, address] = await program.next<[number, AddressInfo]>()
    expect(address).toEqual(listening.address())
    listening.close()
    await using client = await connect(address, { framing: fixed(`from ${pid}`.length) })
    const { value } = await client[Symbol.asyncIterator]().next()
    expect(String(Buffer.from(value ?? []))).toBe(`from ${pid}`)
    await client.close()
    expect(await program.finish()).toBe(0)
  })

  it('on a Unix path is served on, and says where it is', async () => {
    const path = `${createFolder()}/app.sock`
    const listening = await listenOn({ path })
    const program = new Talking(process.execPath, [support('inherited.mjs')], listening)
    const [pid, address] = await program.next<[number, string]>()
    expect(address).toBe(path)
    // Closing it here would take the path away from both.
    renameSync(path, `${path}.kept`)
    listening.close()
    await using peer = await ScriptedPeer.connect(`${path}.kept`)
    await peer.receives(`from ${pid}`)
    expect(await program.finish()).toBe(0)
  })

  it('cannot be closed and opened again: while suspended it refuses whoever comes', async () => {
    const listening = await listenOn({ host: '127.0.0.1', port: 0 })
    const program = new Talking(process.execPath, [support('inherited.mjs')], listening)
    const [pid, address] = await program.next<[number, AddressInfo]>()
    listening.close()
    expect(await program.ask('suspend')).toEqual([true, false])
    await using refused = await ScriptedPeer.connect(address)
    await refused.receivesEnd()
    expect(await program.ask('resume')).toEqual([false, true])
    await using peer = await ScriptedPeer.connect(address)
    await peer.receives(`from ${pid}`)
    expect(await program.finish()).toBe(0)
  })
})

describe('nothing keeps a process alive', () => {
  const prelude = `
    import { once } from 'node:events'
    import { connect, createServer, lines } from 'hawser'
    const options = { framing: lines() }
    const echo = { message: (connection, line) => connection.send(line) }
  `

  async function run(script: string): Promise<string> {
    const { code, stdout, stderr } = await runNode([
      '--input-type=module',
      '-e',
      `${prelude}${script}\nprocess.stdout.write('end ')\nprocess.on('exit', () => console.log('exit'))`,
    ])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    return stdout
  }

  it.each([
    [
      'after a server and its clients were closed',
      `const server = await createServer(options, echo).listen('127.0.0.1:0')
       const client = await connect(server.address(), options)
       await client.send('hello')
       for await (const line of client) break
       await client.close()
       await server.close()
       await server.close()`,
    ],
    [
      'after a server was closed by force',
      `const server = await createServer(options, echo).listen('127.0.0.1:0')
       const client = await connect(server.address(), options)
       await client.send('hello')
       for await (const line of client) break
       const closing = server.close({ drain: 0 })
       await client.closed
       await closing`,
    ],
    [
      'after a server was closed that its client still holds on to',
      `const server = await createServer(options, echo).listen('127.0.0.1:0')
       const client = await connect(server.address(), options)
       const closing = server.close()
       for await (const line of client) console.log(line)
       await closing`,
    ],
    [
      'for a server that never listened',
      `createServer(options, echo)
       createServer({ ...options, signal: new AbortController().signal })`,
    ],
    [
      'for a server that let go of it before it listened',
      `await createServer(options, echo).unref().listen('127.0.0.1:0')`,
    ],
    [
      'for a server that let go of it while it listened, and was suspended',
      `const server = await createServer(options, echo).listen('127.0.0.1:0')
       server.unref()
       await server.suspend()
       await server.resume()`,
    ],
    [
      'for a suspended server',
      `const server = await createServer(options, echo).listen('127.0.0.1:0')
       await server.suspend()`,
    ],
    [
      'for a listen that failed',
      `await createServer(options, echo).listen(['127.0.0.1:0', '192.0.2.1:0']).catch(() => {})`,
    ],
    [
      'for a connection that failed, or timed out, or was aborted',
      `const server = await createServer(options, echo).listen('127.0.0.1:0')
       const { port } = server.address()
       await server.close()
       await connect({ port, host: '127.0.0.1' }).catch(() => {})
       await connect({ port, host: '192.0.2.1' }, { connectTimeout: 1 }).catch(() => {})
       await connect({ port, host: '192.0.2.1' }, { signal: AbortSignal.timeout(1) }).catch(() => {})`,
    ],
    [
      'for a connection that lets go of it',
      `const server = await createServer(options, echo).listen('127.0.0.1:0')
       server.on('connection', (connection) => connection.unref())
       const client = await connect(server.address(), options)
       client.unref()
       server.unref()`,
    ],
  ])('%s', async (_name, script) => {
    expect(await run(script)).toBe('end exit\n')
  })

  it('but a listening server does, also one that took it up again', async () => {
    const script = `
      const server = await createServer(options, echo).unref().listen('127.0.0.1:0')
      server.ref()
      setTimeout(() => { process.stdout.write('alive '); server.close() }, 50).unref()
    `
    expect(await run(script)).toBe('end alive exit\n')
  })
})

describe('an endpoint that cannot be listened on ends a process', () => {
  const failing = `import { createServer } from 'hawser'; const server = createServer(); `

  it.each([
    ['that looks at nothing', `server.listen('192.0.2.1:0')`],
    ['that passes a callback only', `server.listen('192.0.2.1:0', () => console.log('listens'))`],
  ])('%s', async (_name, script) => {
    const ended = await runNode(['--input-type=module', '-e', failing + script])
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/ListenError: cannot listen on tcp:\/\/192\.0\.2\.1:0/)
  })

  it.each([
    ['that looks at the promise', `await server.listen('192.0.2.1:0').catch(() => {})`],
    ['that listens for the event', `server.on('error', () => {}); server.listen('192.0.2.1:0')`],
    [
      'that listens for the event and awaits the promise',
      `server.on('error', () => {}); await server.listen('192.0.2.1:0')`,
    ],
  ])('but not one %s', async (_name, script) => {
    const ended = await runNode(['--input-type=module', '-e', failing + script])
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' })
  })
})
