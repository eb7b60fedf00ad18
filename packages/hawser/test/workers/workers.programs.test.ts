import { EventEmitter, once } from 'node:events'
import { existsSync, lstatSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import tls from 'node:tls'
import type { Workers } from 'hawser/workers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAuthority } from '../../../../test/support/certificates.js'
import { createFolder } from '../../../../test/support/folders.js'
import { addressOf, askPid, Caller, startTestWorkers } from './support/workers.js'

const pidsOf = (workers: Workers): (number | undefined)[] =>
  workers.info().workers.map(({ pid }) => pid)

describe('workers', () => {
  it('serve one Unix socket, put it where it belongs, and take it away', async () => {
    const path = join(createFolder(), 'app.sock')
    const stale = net.createServer().listen(path)
    await once(stale, 'listening')
    const env = { ENDPOINT: `unix:${path}` }
    await expect(startTestWorkers({ env })).rejects.toMatchObject({
      code: 'HAWSER_WORKER_FAILED',
      message: expect.stringContaining('something already listens there') as string,
    })
    stale.close()
    const workers = await startTestWorkers({ env })
    expect(lstatSync(path).isSocket()).toBe(true)
    expect(new Set([await askPid(workers), await askPid(workers)])).toEqual(
      new Set(pidsOf(workers)),
    )
    await workers.reload()
    expect(new Set([await askPid(workers), await askPid(workers)])).toEqual(
      new Set(pidsOf(workers)),
    )
    await workers.close()
    expect(existsSync(path)).toBe(false)
  })

  it('know their place', async () => {
    const workers = await startTestWorkers()
    const slots = await Promise.all(
      [1, 2].map(async () => {
        const caller = await Caller.call(workers)
        await caller.say('slot')
        return (await caller.next()) ?? ''
      }),
    )
    expect(slots.toSorted().map((text) => JSON.parse(text) as object)).toEqual([
      { slot: 1, count: 2 },
      { slot: 2, count: 2 },
    ])
  })
})

describe('a worker that crashes', () => {
  it('does not leave a client hanging that was on its way to it', async () => {
    const workers = await startTestWorkers({ count: 1 })
    const [pid = 0] = pidsOf(workers)
    process.kill(pid, 'SIGSTOP')
    const caller = await Caller.call(workers)
    await caller.say('hello')
    // The stopped worker cannot take the second one, so the first is known to be on its way.
    await Caller.call(workers)
    process.kill(pid, 'SIGKILL')
    expect(await caller.isLeft()).toBe(true)
    expect(caller.connection.bytesRead).toBe(0)
  })

  it('is replaced by one that takes those who waited for it while it began to listen', async () => {
    const gate = join(createFolder(), 'go')
    const printed = new EventEmitter()
    const output = (text: Uint8Array): void => {
      for (const line of String(text).split('\n')) printed.emit(line)
    }
    const workers = await startTestWorkers({ output })
    const [one, other] = [await Caller.call(workers), await Caller.call(workers)]
    const [busy, crashing] = [await one.pid(), await other.pid()]
    const waiting = once(printed, 'waiting')
    await one.say(`wait ${gate}`)
    await waiting
    const exit = once(workers, 'exit')
    const replaced = once(workers, 'listening')
    await other.say('crash')
    await exit
    // One is on its way to the worker that does nothing, the others wait for the one to come.
    const callers = await Promise.all([1, 2, 3, 4].map(() => Caller.call(workers)))
    await replaced
    const pids = callers.map((caller) => caller.pid())
    const first = await Promise.race(pids)
    expect(first).toBeGreaterThan(0)
    expect([busy, crashing]).not.toContain(first)
    writeFileSync(gate, '')
    expect(new Set(await Promise.all(pids))).toEqual(new Set([busy, first]))
  })

  it('is called a crash loop the fifth time, and tried again', async () => {
    const folder = createFolder()
    const broken = join(folder, 'broken')
    const workers = await startTestWorkers({
      count: 1,
      env: { BROKEN_IF: broken },
      backoff: { initial: 1, max: 2 },
    })
    writeFileSync(broken, '')
    const looping = once(workers, 'crashLoop')
    const caller = await Caller.call(workers)
    await caller.say('crash')
    const [loop] = (await looping) as [{ exit: { restartIn: number } }]
    expect(loop).toMatchObject({
      slot: 1,
      failures: 5,
      exit: { failure: { message: 'this version is broken' }, expected: false },
    })
    expect(loop.exit.restartIn).toBeLessThan(3)
    expect(workers.info()).toMatchObject({ listening: 0 })
    expect(workers.info().crashes).toBeGreaterThanOrEqual(5)
  })
})

describe('reload', () => {
  /** Milliseconds that those who have just connected get for their first bytes. */
  const newcomerTime = 1_000

  it('lets those finish their TLS handshake who had begun it', async () => {
    const authority = await createAuthority('workers')
    const pair = await authority.issue({ name: 'localhost', names: ['127.0.0.1'] })
    const workers = await startTestWorkers({ env: { OPTIONS: JSON.stringify({ tls: pair }) } })
    const old = pidsOf(workers)
    const address = addressOf(workers)
    if (typeof address === 'string') throw new Error('not on TCP')
    const sockets = await Promise.all(
      [1, 2].map(async () => {
        const socket = net.connect(address.port, '127.0.0.1')
        onTestFinished(() => void socket.destroy())
        await once(socket, 'connect')
        return socket
      }),
    )
    const renewed = once(workers, 'listening')
    const reloading = workers.reload()
    await renewed
    const answers = await Promise.all(
      sockets.map(async (socket) => {
        const secure = tls.connect({ socket, ca: authority.cert, host: '127.0.0.1' })
        onTestFinished(() => void secure.destroy())
        secure.write('who\n')
        const [bytes] = (await once(secure, 'data')) as [Buffer]
        secure.end()
        return Number(String(bytes).split(' ')[0])
      }),
    )
    // Both went to one of the first ones, and neither to a worker that came later.
    for (const answer of answers) expect(old).toContain(answer)
    await reloading
  })

  it('loses none of those that connect meanwhile', async () => {
    const workers = await startTestWorkers()
    let reloading = true
    const reloads = (async () => {
      await workers.reload()
      await workers.reload()
      reloading = false
    })()
    const call = async (): Promise<number> => {
      let answered = 0
      while (reloading) {
        const began = performance.now()
        const pid = await askPid(workers).catch((error: unknown) => error)
        // One that a busy machine lets say nothing for so long is at rest for a worker that leaves.
        if (performance.now() - began > newcomerTime && !(Number(pid) > 0)) continue
        expect(pid).toBeGreaterThan(0)
        answered += 1
      }
      return answered
    }
    const counts = await Promise.all(Array.from({ length: 10 }, call))
    await reloads
    expect(Math.min(...counts)).toBeGreaterThan(0)
  })

  it('is done for one worker when that is sent SIGTERM', async () => {
    const workers = await startTestWorkers()
    const [first = 0, second = 0] = pidsOf(workers)
    const caller = await Caller.call(workers)
    const pid = await caller.pid()
    const exit = once(workers, 'exit')
    process.kill(pid, 'SIGTERM')
    expect(await exit).toMatchObject([{ pid, code: 0, expected: true }])
    expect(await caller.next()).toBeUndefined()
    const others = [first, second].filter((other) => other !== pid)
    expect(pidsOf(workers)).toEqual(expect.arrayContaining(others))
    expect(workers.info()).toMatchObject({ listening: 2, crashes: 0, restarts: 1 })
  })
})

describe('close', () => {
  it('kills a worker that does not answer', async () => {
    const printed = new EventEmitter()
    const output = (text: Uint8Array): void => {
      for (const line of String(text).split('\n')) printed.emit(line)
    }
    const workers = await startTestWorkers({ count: 1, leaveTimeout: 50, output })
    const caller = await Caller.call(workers)
    const blocked = once(printed, 'blocked')
    await caller.say('block')
    await blocked
    expect(await workers.close({ drain: 0 })).toEqual({ drained: 0, forced: 0, killed: 1 })
  })

  it('breaks a reload off, and leaves nothing behind', async () => {
    const workers = await startTestWorkers()
    const closed = { code: 'HAWSER_WORKERS_CLOSED' }
    const reloading = workers.reload().catch((error: unknown) => error)
    while (workers.info().workers.length < 3) await new Promise((resolve) => setImmediate(resolve))
    await workers.close()
    expect(await reloading).toMatchObject(closed)
    await expect(workers.reload()).rejects.toMatchObject(closed)
    expect(workers.info()).toMatchObject({ closing: true, reloading: false, workers: [] })
  })
})

describe('options', () => {
  it('a script that never joins is ended', async () => {
    const script = join(createFolder({ 'idle.mjs': 'setInterval(() => {}, 1000)' }), 'idle.mjs')
    await expect(startTestWorkers({ script, startTimeout: 300 })).rejects.toMatchObject({
      code: 'HAWSER_WORKER_FAILED',
      message: expect.stringMatching(/did not listen within 300 ms: call joinWorkers/) as string,
    })
  })
})
