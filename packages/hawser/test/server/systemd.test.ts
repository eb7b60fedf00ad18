import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type AddressInfo, connect, fixed, lines } from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bundled } from '../../../../test/support/bundled.js'
import { createFolder } from '../../../../test/support/folders.js'
import { Running } from '../../../../test/support/running.js'

const support = (name: string): string =>
  bundled(fileURLToPath(new URL(`support/${name}`, import.meta.url)))
const program: string = support('activated.mjs')

async function listenOn(where: net.ListenOptions): Promise<net.Server> {
  const server = net.createServer()
  server.listen(where)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return server
}

/** What systemd does: the sockets from descriptor 3 on, and variables that speak of them. */
interface Passed {
  readonly sockets?: readonly net.Server[]
  readonly names?: string
  readonly count?: string
  /** A shell that sets `LISTEN_PID` and becomes the program; false leaves it to somebody else. */
  readonly pid?: boolean | 'unset'
  readonly program?: string
}

/** Starts the program on `endpoints`, and takes the first line that it prints. */
async function activate(
  endpoints: readonly string[],
  passed: Passed,
): Promise<{ answer: unknown; finish: () => Promise<unknown> }> {
  const { sockets = [], names, count = String(sockets.length), pid = true } = passed
  const { LISTEN_PID: _pid, LISTEN_FDS: _fds, LISTEN_FDNAMES: _names, ...env } = process.env
  const script = pid === true ? 'LISTEN_PID=$$ exec "$@"' : 'exec "$@"'
  const handles = sockets.map(
    (socket) => (socket as unknown as { _handle: { fd: number } })._handle.fd,
  )
  const child: ChildProcess = spawn(
    '/bin/sh',
    ['-c', script, 'sh', process.execPath, passed.program ?? program, ...endpoints],
    {
      env: {
        ...env,
        LISTEN_FDS: count,
        ...(pid === false ? { LISTEN_PID: '1' } : {}),
        ...(names === undefined ? {} : { LISTEN_FDNAMES: names }),
      },
      stdio: ['pipe', 'pipe', 'inherit', ...handles],
    },
  )
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  if (child.stdout === null) throw new Error('it has no output')
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const finish = async (): Promise<unknown> => {
    child.stdin?.end()
    return (await exited)[0]
  }
  return { answer: JSON.parse(String(line)) as unknown, finish }
}

describe('sockets that were passed on as systemd does', () => {
  it('are listened on by name, all of that name, in order', async () => {
    const first = await listenOn({ host: '127.0.0.1', port: 0 })
    const other = await listenOn({ host: '127.0.0.1', port: 0 })
    const second = await listenOn({ path: join(createFolder(), 'app.sock') })
    const { answer, finish } = await activate(['systemd:app'], {
      sockets: [first, other, second],
      names: 'app:other:app',
    })
    expect(answer).toEqual([first.address(), second.address()])
    for (const server of [first, second]) server.close()
    await using client = await connect((answer as [AddressInfo])[0], { framing: fixed(12) })
    const { value } = await client[Symbol.asyncIterator]().next()
    expect(String(Buffer.from(value ?? []))).toBe('at 127.0.0.1')
    expect(await finish()).toBe(0)
  })

  it.each(['systemd:', 'systemd:*'])('are all listened on under %s', async (endpoint) => {
    const first = await listenOn({ host: '127.0.0.1', port: 0 })
    const second = await listenOn({ host: '::1', port: 0 })
    const passed = { sockets: [first, second], names: 'a:b' }
    const { answer, finish } = await activate([endpoint], passed)
    expect(answer).toEqual([first.address(), second.address()])
    expect(await finish()).toBe(0)
  })

  it('are all listened on without names', async () => {
    const server = await listenOn({ host: '127.0.0.1', port: 0 })
    const { answer, finish } = await activate(['systemd:*'], { sockets: [server] })
    expect(answer).toEqual([server.address()])
    expect(await finish()).toBe(0)
  })

  it('are listened on by their names one after the other, and with other endpoints', async () => {
    const first = await listenOn({ host: '127.0.0.1', port: 0 })
    const second = await listenOn({ host: '127.0.0.1', port: 0 })
    const { answer, finish } = await activate(['systemd:b', '127.0.0.1:0', 'systemd:a'], {
      sockets: [first, second],
      names: 'a:b',
    })
    const own = { address: '127.0.0.1', family: 'IPv4', port: expect.any(Number) }
    expect(answer).toEqual([second.address(), own, first.address()])
    expect(await finish()).toBe(0)
  })

  it('are listened on by all workers, whose primary they were passed to', async () => {
    const other = await listenOn({ host: '127.0.0.1', port: 0 })
    const server = await listenOn({ host: '127.0.0.1', port: 0 })
    const { answer, finish } = await activate(['systemd:app'], {
      sockets: [other, server],
      names: 'other:app',
      program: support('activated-workers.mjs'),
    })
    const address = server.address() as AddressInfo
    expect(answer).toEqual([address])
    server.close()
    const served = new Set<string>()
    while (served.size < 2) {
      const client = await connect(address, { framing: lines() })
      for await (const line of client) served.add(line)
    }
    // What systemd is told is the primary's to say.
    for (const line of served) expect(line).toMatch(/^\d+ false$/)
    expect(await finish()).toBe(0)
  })
})

describe('an endpoint of systemd says what is missing', () => {
  const refused = (message: RegExp): object => ({
    name: 'ListenError',
    code: 'HAWSER_LISTEN_FAILED',
    message: expect.stringMatching(message),
  })

  it('when nothing was passed on', async () => {
    const running = new Running(process.execPath, [program, 'systemd:app'])
    const [line] = await running.prints(/\{.*\}/)
    expect(JSON.parse(line)).toEqual(
      refused(/^cannot listen on systemd:app: .*LISTEN_FDS is not set: start this as the service/),
    )
  })

  it.each<[string, string, Passed, RegExp]>([
    [
      'when it was for another process',
      'systemd:app',
      { count: '1', pid: false },
      /process 1 \(LISTEN_PID\) and this is \d+: start node itself in ExecStart=/,
    ],
    [
      'when nobody says for whom it was',
      'systemd:*',
      { count: '1', pid: 'unset' },
      /systemd:\*: .*LISTEN_PID is not set/,
    ],
    ['when there are none', 'systemd:*', { count: '0' }, /LISTEN_FDS is 0: .*ListenStream=/],
    ['when their number is none', 'systemd:*', { count: 'two' }, /LISTEN_FDS is two/],
    [
      'when none has the name',
      'systemd:app',
      { count: '2', names: 'web:admin' },
      /passed 2 sockets, called web, admin: set FileDescriptorName=app/,
    ],
    [
      'when they have no names',
      'systemd:app',
      { count: '1' },
      /passed 1 socket without names \(LISTEN_FDNAMES is not set\): use systemd:\*/,
    ],
    [
      'when what was passed on is no socket',
      'systemd:*',
      { count: '1' },
      /cannot listen on fd:3: .*\.socket unit with Accept=no/,
    ],
  ])('%s', async (_situation, endpoint, passed, message) => {
    const { answer } = await activate([endpoint], passed)
    expect(answer).toEqual(refused(message))
  })
})
