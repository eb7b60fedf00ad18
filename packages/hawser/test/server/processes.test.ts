import { once } from 'node:events'
import { renameSync } from 'node:fs'
import net from 'node:net'
import { fileURLToPath } from 'node:url'
import { type AddressInfo, connect, fixed } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bundled } from '../../../../test/support/bundled.js'
import { createFolder } from '../../../../test/support/folders.js'
import { runNode } from '../../../../test/support/programs.js'
import { Talking } from './support/talking.js'

const support = (name: string): string =>
  bundled(fileURLToPath(new URL(`support/${name}`, import.meta.url)))

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
