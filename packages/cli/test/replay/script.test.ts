import { rowFlags } from 'hawser/log'
import { describe, expect, it } from 'vitest'
import { examine } from '../../src/replay/script/examine.js'
import type {
  RecordedEvent,
  RecordedRow,
  Recording,
  Start,
} from '../../src/replay/script/recorded.js'
import { readSteps } from '../../src/replay/script/steps.js'

const { signal } = new AbortController()
const start: Start = { connection: 1, row: 0, time: 0, isOfClient: false }

/** Rows of connection 1 without a file. */
function record(...rows: readonly Partial<RecordedRow>[]): Recording {
  const whole = rows.map((row, number): RecordedRow => {
    const data = row.data ?? new Uint8Array(0)
    const base = { number, connection: 1, time: number, flags: 0, position: 0, kind: 'event' }
    return { ...base, event: undefined, ...row, data } as RecordedRow
  })
  return {
    info: () => ({ firstRow: 0, connections: 1 }),
    async *rows() {
      yield* whole
    },
  }
}

function bytes(kind: 'in' | 'out', text: string, more: Partial<RecordedRow> = {}): object {
  return { kind, data: Buffer.from(text), ...more }
}

function event(name: string, details: object = {}): { event: RecordedEvent } {
  return { event: { event: name, ...details } }
}

async function stepsOf(
  recording: Recording,
  ours: 'client' | 'server' = 'client',
  isOfClient = false,
): Promise<string[]> {
  const steps: string[] = []
  for await (const step of readSteps(recording, { ...start, isOfClient }, ours, signal)) {
    const what =
      step.kind === 'end'
        ? `${step.by} ${step.how}`
        : `${step.kind} ${Buffer.from(step.bytes).toString()}`
    steps.push(step.pause === 0 ? what : `${what} after ${step.pause}`)
  }
  return steps
}

describe('the steps of a recorded connection', () => {
  const talk = record(
    { ...event('open'), time: 0 },
    bytes('in', 'PING', { time: 10 }),
    bytes('out', 'PONG', { time: 30 }),
    { ...event('end', { direction: 'in' }), time: 30 },
    { ...event('close', { reason: 'ended', by: 'remote' }), time: 30 },
    bytes('in', 'of another connection with its number', { time: 40 }),
  )

  it('are those of the side that is played', async () => {
    expect(await stepsOf(talk)).toEqual([
      'send PING after 10',
      'expect PONG after 20',
      'ours end',
      'theirs end',
    ])
    expect(await stepsOf(talk, 'server')).toEqual([
      'expect PING after 10',
      'send PONG after 20',
      'theirs end',
      'ours end',
    ])
  })

  it('are turned round in the log of a client', async () => {
    expect(await stepsOf(talk, 'client', true)).toEqual([
      'expect PING after 10',
      'send PONG after 20',
      'theirs end',
      'ours end',
    ])
  })

  it.each([
    [{ reason: 'reset', by: 'remote' }, ['ours reset']],
    [{ reason: 'reset', by: 'server' }, ['theirs reset']],
    [{ reason: 'ended', by: 'local' }, ['theirs end', 'ours end']],
    [{ reason: 'idle-timeout', by: 'local' }, []],
    [{ reason: 'ended' }, []],
    [{ by: ['remote'], reason: {} }, []],
  ])('a close %j', async (details, steps) => {
    expect(await stepsOf(record({ ...event('close', details), time: 0 }))).toEqual(steps)
  })

  it('have no pause that time itself does not have', async () => {
    const times = [Number.NaN, -5, Infinity, 1e300, 7]
    const recording = record(...times.map((time) => bytes('in', 'x', { time })))
    const steps = await stepsOf(recording)
    expect(steps).toEqual(['send x', 'send x', 'send x after 3600000', 'send x', 'send x'])
  })
})

describe('what is not whole', () => {
  it.each([
    ['lost rows', [{ kind: 'lost' as const }], /the log lost rows of it \(row 0\)/],
    [
      'a gap',
      [bytes('in', 'abc'), bytes('in', 'def', { position: 5 })],
      /2 bytes are missing in the log at byte 3/,
    ],
    ['a beginning that is missing', [bytes('out', 'x', { position: 9 })], /9 bytes are missing/],
    ['a cut row', [bytes('in', 'abc', { flags: rowFlags.cut })], /only the beginning of row 0/],
    [
      'what a fault lost',
      [bytes('in', 'abc'), event('fault', { what: 'x', effect: 'lost', bytes: 2 })],
      /a fault lost bytes of it when it was recorded \(row 1\): record it without/,
    ],
    ['what a fault ended', [event('close', { reason: 'fault' })], /a fault ended it when/],
    ['what a rule changed', [event('rule', { effect: 'changed' })], /a rule changed bytes of it/],
    ['a mask that gave up', [event('mask-stopped')], /its bytes were not logged to the end/],
    [
      'STARTTLS',
      [bytes('in', 'x'), bytes('in', 'y', { position: 1, flags: rowFlags.tls })],
      /begins TLS in the middle/,
    ],
  ])('%s', async (_what, rows, why) => {
    expect(await examine(record(...rows), start, signal)).toMatch(why)
  })

  it('what is masked is whole, and said', async () => {
    const masked: number[] = []
    const flags = rowFlags.changed
    const talk = record(
      bytes('in', 'x'),
      bytes('out', '***', { flags }),
      bytes('in', '*', { position: 1, flags }),
    )
    expect(await examine(talk, start, signal, (row) => masked.push(row))).toBeUndefined()
    expect(masked).toEqual([1])
  })

  it('what a fault only delayed is whole', async () => {
    const talk = record(bytes('in', 'x'), event('fault', { fault: 'latency=1s@up' }))
    expect(await examine(talk, start, signal)).toBeUndefined()
  })

  it('what a proxy spoke TLS for on one side only is whole', async () => {
    const talk = record(bytes('in', 'x', { flags: rowFlags.tls }), bytes('out', 'y'))
    expect(await examine(talk, start, signal)).toBeUndefined()
  })
})
