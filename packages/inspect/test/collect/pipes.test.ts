import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { until } from '../../../../test/support/until.js'
import { encodeBlock, event, type SentRow, thread } from '../support/encode-block.js'
import { Inspecting } from '../support/inspecting.js'

const isUnix = process.platform !== 'win32'
const open = { event: 'open', role: 'accept', local: '127.0.0.1:80', remote: '127.0.0.1:5000' }

/** The pipes that wait for threads. */
function pipesOf({ inspection }: Inspecting): string[] {
  const folder = dirname(inspection.variables.HAWSER_INSPECT)
  return readdirSync(folder)
    .filter((name) => name.includes('pipe'))
    .map((name) => join(folder, name))
}

/** One that is made just now is not read yet. */
function tryOpen(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error
    return undefined
  }
}

/** A thread that takes one of them, as soon as there is one. */
async function take(inspecting: Inspecting) {
  let fd = -1
  await until(() =>
    pipesOf(inspecting).some((path) => {
      fd = tryOpen(path) ?? -1
      if (fd >= 0) unlinkSync(path)
      return fd >= 0
    }),
  )
  let sent = 0
  return {
    sends(...rows: SentRow[]) {
      writeSync(fd, encodeBlock(sent, rows))
      sent += rows.length
    },
    ends: () => closeSync(fd),
    breaksOff() {
      writeSync(fd, encodeBlock(sent, [event(open)]).subarray(0, 70))
      closeSync(fd)
    },
  }
}

it.runIf(isUnix)('a thread reports by a pipe as it does by the socket', async () => {
  const inspecting = await Inspecting.start()
  const program = await take(inspecting)
  program.sends(thread(), event(open))
  program.sends({ kind: 'in', data: 'last words' })
  program.ends()
  await inspecting.says(/^thread 1 ended/)
  expect(inspecting.lines.slice(1)).toEqual([
    '1 accept of 1 at 1001',
    '1 in last words',
    '1 close gone by local {"captured":{"in":10,"out":0},"lost":{"in":0,"out":0}}',
    'thread 1 ended',
  ])
  expect(inspecting.inspection).toMatchObject({ threads: 0, connections: 1 })
})

it.runIf(isUnix)(
  'pipes that no thread has taken are no threads, and nothing waits for them',
  async () => {
    const { inspection } = await Inspecting.start()
    await inspection.allEnded()
    await inspection.drain()
    expect(inspection.threads).toBe(0)
  },
)

it.runIf(isUnix)('there are further pipes for further threads', async () => {
  const inspecting = await Inspecting.start()
  const programs = []
  for (let count = 0; count < 80; count++) {
    const program = await take(inspecting)
    program.sends(thread())
    programs.push(program)
  }
  await inspecting.says(/^thread 80/)
  for (const { ends } of programs) ends()
  await inspecting.inspection.allEnded()
})

it.runIf(isUnix)('one that is taken and never used makes room for another', async () => {
  const inspecting = await Inspecting.start()
  for (let count = 0; count < 40; count++) {
    ;(await take(inspecting)).ends()
  }
  await until(() => pipesOf(inspecting).length > 20)
  expect(inspecting.lines).toEqual([])
})

it.runIf(isUnix)(
  'a thread by a pipe is turned away beyond the limit, and for nonsense',
  async () => {
    const inspecting = await Inspecting.start({ threads: 1 })
    const first = await take(inspecting)
    first.sends(thread())
    await inspecting.says(/^thread 1/)
    const second = await take(inspecting)
    second.sends(thread())
    await inspecting.says(/^trouble: a thread is not shown \(max-connections\)/)
    expect(() => second.sends(thread())).toThrow('EPIPE')
    first.sends({ kind: 'in', connection: 7, data: 'of none' })
    await inspecting.says(/^trouble: server.js 4711 is not watched any more/)
    await inspecting.inspection.allEnded()
    first.ends()
    second.ends()
  },
)

it.runIf(isUnix)('a thread that ends in the middle of a block has not sent all', async () => {
  const inspecting = await Inspecting.start()
  const program = await take(inspecting)
  program.sends(thread())
  program.breaksOff()
  await inspecting.says(/^thread 1 ended/)
  await inspecting.says(/^trouble: server.js 4711 has ended before it had sent all/)
})

it.runIf(isUnix)('the end of the inspection is that of its pipes', async () => {
  const inspecting = await Inspecting.start()
  const program = await take(inspecting)
  program.sends(thread())
  await inspecting.says(/^thread 1/)
  const folder = dirname(inspecting.inspection.variables.HAWSER_INSPECT)
  await inspecting.inspection.close()
  expect(existsSync(folder)).toBe(false)
  expect(() => program.sends(event(open))).toThrow('EPIPE')
  program.ends()
})
