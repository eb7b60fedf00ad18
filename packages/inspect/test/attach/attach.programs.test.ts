import { copyFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { freePort } from '../../../../test/support/free-port.js'
import { isStopped } from '../../../../test/support/processes.js'
import { until } from '../../../../test/support/until.js'
import { openPort } from '../../src/attach/debug-port.js'
import { pidExpression } from '../../src/attach/expressions.js'
import { checkTarget } from '../../src/attach/target.js'
import { attachTo, canAttach, programPath, Target } from './target.js'

describe.runIf(canAttach)('a Node.js program', () => {
  for (const [what, file] of [
    ['of CommonJS', 'asked.cjs'],
    ['of ES modules', 'module.mjs'],
  ] as const) {
    it(`${what} is tapped, and nothing else of it stays`, async () => {
      const target = await Target.node(file)
      const { pid, node, title, notes } = await attachTo(target)
      expect({ pid, node, title }).toEqual({
        pid: target.pid,
        node: process.version,
        title: programPath(file),
      })
      expect(notes).toEqual([expect.stringContaining('worker threads and children')])
      expect(target.ports).toEqual([])
      expect(await target.ask()).toEqual({ isTapped: true, variables: [] })
    })
  }

  it('whose executable has another name is tapped', async () => {
    const program = join(createFolder(), 'service')
    copyFileSync(process.execPath, program)
    const target = new Target(program, ['--inspect-port=0', programPath('asked.cjs')])
    await target.running.prints(/ready/)
    await attachTo(target)
    expect(await target.ask()).toMatchObject({ isTapped: true })
  })

  it('is asked about before it is signalled, and left alone without a yes', async () => {
    const target = await Target.node('asked.cjs', { words: ['--handle'] })
    const warnings: string[] = []
    const confirm = (warning: string): boolean => {
      warnings.push(warning)
      return false
    }
    await expect(attachTo(target, { confirm })).rejects.toMatchObject({ code: 'ATTACH_DECLINED' })
    expect(warnings).toEqual([
      expect.stringMatching(/SIGUSR1.*any user of this machine.*handler.*EINTR/),
    ])
    expect(await target.ask()).toEqual({ isTapped: false, variables: [] })
    expect(target.running.printed).not.toContain('handled')
  })

  it('closes its debug port by itself if what attached was killed before it did', async () => {
    const target = await Target.node('asked.cjs')
    const open = await openPort(checkTarget(target.pid), 20_000)
    expect(target.ports).toEqual([open.port])
    const found = await open.inspector.evaluate(pidExpression(target.pid, 200))
    expect(found).toBe(target.pid)
    open.inspector.close()
    await until(() => target.ports.length === 0)
    expect(await target.ask()).toEqual({ isTapped: false, variables: [] })
  })

  it('that handles SIGUSR1 itself runs its handler and nothing else', async () => {
    const target = await Target.node('asked.cjs', { words: ['--handle'] })
    await expect(attachTo(target, { timeout: 500 })).rejects.toMatchObject({
      code: 'ATTACH_FAILED',
      message: expect.stringContaining('opened no inspector within 500 ms') as string,
    })
    await target.running.prints(/handled/)
    expect(target.ports).toEqual([])
    expect(await target.ask()).toEqual({ isTapped: false, variables: [] })
  })

  it('whose inspector is open already needs no signal, and keeps it open', async () => {
    const port = await freePort()
    const flags = [`--inspect=${port}`]
    const target = await Target.node('asked.cjs', { flags, words: ['--handle'] })
    const confirm = (): never => {
      throw new Error('there is nothing to ask')
    }
    const { notes } = await attachTo(target, { confirm })
    expect(notes[1]).toContain('was open already, and was left open')
    expect(target.ports).toEqual([port])
    expect(await target.ask()).toEqual({ isTapped: true, variables: [] })
    expect(target.running.printed).not.toContain('handled')
  })

  it('whose debug port another process has is not signalled', async () => {
    const port = await takenPort()
    const target = await Target.node('asked.cjs', {
      flags: [`--inspect-port=${port}`],
      words: ['--handle'],
    })
    await expect(attachTo(target)).rejects.toMatchObject({
      code: 'ATTACH_REFUSED',
      message: expect.stringContaining(`port ${port} is taken by another process`) as string,
    })
    await expectUntouched(target)
  })

  it('that is not the process that was meant is not tapped, and its port is closed', async () => {
    const target = await Target.node('asked.cjs', { words: ['--disguise'] })
    await expect(attachTo(target)).rejects.toThrow('process 1 responded on port')
    expect(target.ports).toEqual([])
    expect(await target.ask()).toEqual({ isTapped: false, variables: [] })
  })

  it('that ended while the question was open is not signalled', async () => {
    const target = await Target.node('asked.cjs')
    const confirm = async (): Promise<boolean> => {
      await target.running.kill()
      return true
    }
    await expect(attachTo(target, { confirm })).rejects.toThrow(`process ${target.pid} has ended`)
  })

  it('that is stopped is not signalled, and runs on when it is continued', async () => {
    const target = await Target.node('asked.cjs', { words: ['--handle'] })
    target.running.signal('SIGSTOP')
    // Its threads stop a moment later, each by itself.
    await until(() => isStopped(target.pid))
    await expect(attachTo(target)).rejects.toThrow(`process ${target.pid} is stopped`)
    target.running.signal('SIGCONT')
    await expectUntouched(target)
  })

  it('that does not get to its inspector is given up at the deadline', async () => {
    const target = await Target.node('blocked.cjs')
    await expect(attachTo(target, { timeout: 500 })).rejects.toMatchObject({
      code: 'ATTACH_FAILED',
      message: expect.stringContaining('busy in native code') as string,
    })
    target.running.type('\n')
    await target.running.prints(/on/)
    expect(target.isAlive).toBe(true)
  })

  it('into which the tap cannot be loaded closes its port', async () => {
    const target = await Target.node('asked.cjs', {
      flags: ['--inspect-port=0', '--require', broken()],
    })
    await expect(attachTo(target)).rejects.toMatchObject({
      code: 'ATTACH_FAILED',
      message: expect.stringContaining('no modules today') as string,
    })
    expect(target.ports).toEqual([])
    expect(await target.ask()).toEqual({ isTapped: false, variables: [] })
  })
})

describe.runIf(canAttach)('what cannot be watched is refused, and sent nothing', () => {
  it('a program that is not Node.js', async () => {
    const target = new Target('sleep', ['1000'])
    await expect(attachTo(target)).rejects.toMatchObject({
      code: 'ATTACH_REFUSED',
      message: expect.stringContaining('is not Node.js') as string,
    })
    // SIGUSR1 would be delivered before it.
    target.running.signal('SIGTERM')
    expect(await target.running.ended).toMatchObject({ signal: 'SIGTERM' })
  })

  it('a program that is not Node.js and handles the signal', async () => {
    const script = 'trap "echo handled" USR1; echo ready; while read line; do echo line; done'
    const target = new Target('bash', ['-c', script])
    await target.running.prints(/ready/)
    await expect(attachTo(target)).rejects.toThrow('is not Node.js')
    target.running.type('\n')
    await target.running.prints(/line/)
    expect(target.running.printed).not.toContain('handled')
  })

  it.runIf(process.allowedNodeEnvironmentFlags.has('--disable-sigusr1'))(
    'a program without the handler that opens the inspector',
    async () => {
      const target = await Target.node('asked.cjs', { flags: ['--disable-sigusr1'] })
      await expect(attachTo(target)).rejects.toThrow('--disable-sigusr1')
      expect(await target.ask()).toEqual({ isTapped: false, variables: [] })
    },
  )

  it.runIf(process.geteuid?.() === 0)('a program of another user', async () => {
    const target = await Target.node('asked.cjs', { words: ['--handle'] })
    process.seteuid?.(65_534)
    let attached: Promise<unknown>
    try {
      // It looks at the process before it waits for anything.
      attached = attachTo(target, { socket: '/nowhere' })
    } finally {
      process.seteuid?.(0)
    }
    await expect(attached).rejects.toThrow('belongs to user 0, and this command to 65534')
    await expectUntouched(target)
  })

  it('what is no process', async () => {
    const ended = new Target(process.execPath, ['--version'])
    await ended.running.ended
    await expect(attachTo(ended)).rejects.toThrow(`there is no process ${ended.pid}`)
    await expect(attachTo({ pid: process.pid })).rejects.toThrow('this command itself')
    for (const pid of [0, -1, 1.5, Number.NaN]) {
      await expect(attachTo({ pid })).rejects.toThrow(`${pid} is no process`)
    }
  })
})

async function expectUntouched(target: Target): Promise<void> {
  expect(await target.ask()).toEqual({ isTapped: false, variables: [] })
  expect(target.ports).toEqual([])
  expect(target.running.printed).not.toContain('handled')
  expect(target.running.complained).not.toContain('Debugger')
}

async function takenPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** A module after which no file of the tap's kind can be loaded. */
function broken(): string {
  const text = `const { Module } = require('node:module')
const load = Module._load
Module._load = function (request, ...rest) {
  if (request.endsWith('tap.cjs')) throw new Error('no modules today')
  return load.call(this, request, ...rest)
}`
  return join(createFolder({ 'broken.cjs': text }), 'broken.cjs')
}
