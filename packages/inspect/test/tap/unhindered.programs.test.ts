import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { until } from '../../../../test/support/until.js'
import { collect, type ThreadReader } from '../support/collector.mjs'
import { conversationsOf, lossOf, problemsOf } from '../support/compare.js'

const tap = fileURLToPath(new URL('../../bundle/tap.cjs', import.meta.url))
const programs = fileURLToPath(new URL('programs/', import.meta.url))

/** One that stays open, with four bytes. */
const kept = 4
/** Eight connections of 20 × 64 KiB and four bytes, and 300 of four bytes. */
const sent = 8 * 20 * 65_536 + 308 * 4
const done = `done ${sent} bounded\n`

interface Program {
  /** Its line, once all its connections are closed. */
  readonly said: Promise<string>
  /** Gives it a line, and waits for one of its own. */
  tell(): Promise<string>
  /** Lets it end. */
  end(): Promise<number | null>
}

function start(path: string, file = 'loaded.cjs'): Program {
  const child = spawn(process.execPath, ['--expose-gc', join(programs, file)], {
    env: { ...process.env, HAWSER_INSPECT: path, NODE_OPTIONS: `--require=${tap}` },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'close')
  return {
    said: once(child.stdout, 'data').then(String),
    tell() {
      child.stdin.write('go on\n')
      return once(child.stdout, 'data').then(String)
    },
    async end() {
      child.stdin.end()
      const [code] = (await ended) as [number | null]
      return code
    },
  }
}

/** Listens, and gives each tap's socket to `pace`, which says when it is read. */
async function listen(pace: (socket: Socket, take: () => void) => void, pipes = 0) {
  const path = join(createFolder(), 'i.sock')
  const collector = await collect(path, { pace, pipes })
  onTestFinished(async () => {
    await collector.close()
  })
  return { ...collector, path }
}

it.each([
  ['a socket', 0],
  ['a pipe', 1],
])('counts to the byte what an inspector that did not read %s has missed', async (_, pipes) => {
  const takers: (() => void)[] = []
  const { path, readers, drained } = await listen((_socket, take) => takers.push(take), pipes)
  const program = start(path)
  expect(await program.said).toBe(done)
  for (const take of takers) take()
  await until(() => closedOf(readers) + missedOf(readers) === 2 * 308)
  expect(await program.end()).toBe(0)
  await drained()
  expect(problemsOf(readers)).toEqual([])
  expect(lossOf(readers).rows).toBeGreaterThan(1_000)
  expect(bytesOf(readers)).toBe(4 * (sent + kept))
})

it('counts right what a connection lost before there was room to name it, and one that is silent since', async () => {
  const takers: (() => void)[] = []
  const { path, readers, drained } = await listen((_socket, take) => takers.push(take))
  const program = start(path, 'crowded.cjs')
  expect(await program.said).toBe('crowded\n')
  for (const take of takers) take()
  await until(() => conversationsOf(readers).length === 4)
  expect(await program.tell()).toBe('closed\n')
  await until(() => closedOf(readers) === 2)
  expect(await program.end()).toBe(0)
  await drained()
  expect(problemsOf(readers)).toEqual([])
  expect(lossOf(readers).rows).toBeGreaterThan(0)
  expect(conversationsOf(readers).map(({ total }) => total.in + total.out)).toEqual([
    2 * 100 * 65_536,
    2 * 100 * 65_536,
    16,
    16,
  ])
})

it('ends as soon without an inspector that reads', async () => {
  const { path } = await listen(() => undefined)
  const program = start(path)
  expect(await program.said).toBe(done)
  expect(await program.end()).toBe(0)
})

it.each([
  ['socket', 0],
  ['pipe', 1],
])('goes on when the inspector is gone in the middle, by a %s', async (_, pipes) => {
  const { path } = await listen((socket) => {
    socket.once('data', () => socket.destroy())
  }, pipes)
  const program = start(path)
  expect(await program.said).toBe(done)
  expect(await program.end()).toBe(0)
})

function closedOf(readers: readonly ThreadReader[]): number {
  return conversationsOf(readers).filter(({ events }) =>
    events.some(({ event }) => event === 'close'),
  ).length
}

/** All that came or is named as lost. */
function bytesOf(readers: readonly ThreadReader[]): number {
  const each = conversationsOf(readers).map(({ total }) => total.in + total.out)
  const missed = readers.map(({ thread }) => thread.missed.in + thread.missed.out)
  return [...each, ...missed].reduce((sum, count) => sum + count, 0)
}

function missedOf(readers: readonly ThreadReader[]): number {
  return readers.reduce((sum, { thread }) => sum + thread.missed.connections, 0)
}
