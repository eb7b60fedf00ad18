import { describe, expect, it } from 'vitest'
import { allBreaches, type Breach, breachesIn } from './support/breaches.js'

/** Rooms that a simulation never enters, with all that is below them. */
const rooms: Readonly<Record<string, string>> = {
  'socket/': 'the operating system’s sockets: a simulation has a network of its own',
  'workers/': 'processes of the operating system, which share its sockets',
  'log/blocks/': 'reads files of this machine',
  'log/files/': 'reads and writes files, and their locks',
  'log/reader/': 'reads files of this machine',
  'log/writer/': 'writes files, of this machine and its time',
  'metrics/http/': 'scrapers and probes come over real sockets',
  'systemd/': 'talks to the process that started this one',
  'testing/toxic-proxy.ts': 'stands between real sockets',
  'testing/peer/peer-listener.ts': 'a scripted peer’s real sockets',
  'testing/peer/dial-socket.ts': 'a scripted peer’s real sockets',
  'testing/peer/unseen-reset.ts': 'asks what a real socket hides',
  'simulate/runtime/': 'lends a host’s time to what asks the runtime for it',
}

/** By file and what it uses. */
const allowed: Readonly<Record<string, string>> = {
  'callbacks.ts Math.random': 'when a random of one’s own fails; lent by the simulation',
  'client/dial/dialler.ts Math.random': 'the default where no simulation surrounds it',
  'client/exchange-settings.ts Math.random': 'the default where no simulation surrounds it',
  'connection/time/system-clock.ts performance.now': 'the only clock that is the runtime’s',
  'connection/time/system-clock.ts setTimeout': 'the only clock that is the runtime’s',
  'metrics/collect.ts performance.now': 'a default that measures; lent by the simulation',
  'metrics/opentelemetry.ts performance.now': 'a default that measures; lent by the simulation',
  'testing/memory-pair.ts Math.random': 'a default; the simulator gives its own',
  'testing/test-deadline.ts setTimeout': 'a test waits in real time, whatever clock is tested',
  'testing/virtual-clock.ts performance.now': 'a test that hangs is noticed in real time',
}

const all = allBreaches()

function roomOf({ file }: Breach): string | undefined {
  return Object.keys(rooms).find((room) => file.startsWith(room))
}

function keyOf({ file, what }: Breach): string {
  return `${file} ${what}`
}

describe('the sources of the library', () => {
  it('ask only what a simulation answers', () => {
    const unknown = all.filter((each) => roomOf(each) === undefined && !(keyOf(each) in allowed))
    expect(unknown).toEqual([])
  })

  it('still need each exception', () => {
    const needed = new Set([...all.map(keyOf), ...all.map(roomOf)])
    const listed = [...Object.keys(rooms), ...Object.keys(allowed)]
    expect(listed.filter((name) => !needed.has(name))).toEqual([])
  })
})

describe('a breach is found', () => {
  it.each([
    ['Math.random()', 'Math.random'],
    ['globalThis.Math.random()', 'Math.random'],
    ['const { random } = Math', 'Math'],
    ["Math['random']()", 'Math'],
    ['Date.now()', 'Date.now'],
    ['new Date()', 'new Date()'],
    ['new Date', 'new Date()'],
    ['Date()', 'Date()'],
    ['const { now } = Date', 'Date'],
    ['performance.now()', 'performance.now'],
    ['process.hrtime.bigint()', 'process.hrtime'],
    ["import process from 'node:process'; const { pid } = process", 'process'],
    ["import system from 'node:process'", 'process as system'],
    ["import { setTimeout as wait } from 'node:timers'", 'setTimeout as wait'],
    ["import { randomUUID } from 'node:crypto'", 'node:crypto'],
    ["import os from 'os'", 'os'],
    ['setTimeout(go, 5)', 'setTimeout'],
    ['globalThis.setInterval(go, 5)', 'setInterval'],
    ['later(setTimeout)', 'setTimeout'],
    ['crypto.getRandomValues(bytes)', 'crypto.getRandomValues'],
    ['AbortSignal.timeout(5)', 'AbortSignal.timeout'],
    ['new WeakRef(one)', 'WeakRef'],
    ['new FinalizationRegistry(gone)', 'FinalizationRegistry'],
  ])('in %s', (text, what) => {
    expect(breachesIn('some.ts', text).map((each) => each.what)).toEqual([what])
  })

  it.each([
    'Math.max(1, 2)',
    'new Date(5)',
    'new Date(5).toISOString()',
    'one instanceof Date',
    'clock.setTimeout(5)',
    'let timer: ReturnType<typeof setTimeout>',
    "import type { Socket } from 'node:net'",
    "import { type Socket } from 'node:net'",
    "import { setImmediate } from 'node:timers'",
    "import process from 'node:process'; process.nextTick(go)",
  ])('and none in %s', (text) => {
    expect(breachesIn('some.ts', text)).toEqual([])
  })
})
