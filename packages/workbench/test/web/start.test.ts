import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { Definition } from '../../src/protocol/definition.js'
import type { SessionState } from '../../src/protocol/session-state.js'
import { type Knob, knobs, stepOf, valueOf, withStep } from '../../web/views/faults/fault-specs.js'
import { newFile, openFile } from '../../web/views/start/file-draft.js'
import {
  changeDefinition,
  fromDefinition,
  newDraft,
  showMore,
  toDefinition,
} from '../../web/views/start/draft.js'

const running: SessionState = {
  id: 1,
  definition: { kind: 'server', name: 'server', listen: '127.0.0.1:0', framing: 'length:2be' },
  state: 'running',
  addresses: ['127.0.0.1:41234'],
  connections: 0,
  maxConnections: null,
  accepted: 0,
  refused: 0,
  bytesRead: 0,
  bytesWritten: 0,
  log: 0,
  canSend: true,
}

describe('what is changed', () => {
  it('keeps its rules', () => {
    const plain = { kind: 'server', name: 'a', listen: '127.0.0.1:0', framing: 'raw' } as const
    const responders = [{ name: 'a', match: { as: 'length' }, do: 'drop' } as const]
    const draft = { ...fromDefinition(plain), listen: '127.0.0.1:7' }
    const changed = { ...plain, listen: '127.0.0.1:7', respond: 'none' }
    expect(changeDefinition({ ...plain, responders }, draft)).toEqual({ ...changed, responders })
    expect(changeDefinition(plain, draft)).toEqual(changed)
  })
})

describe('what is started', () => {
  it.each(['server', 'client', 'proxy'] as const)(
    'a %s can be started as it is proposed',
    (kind) => {
      const definition = toDefinition(newDraft(kind, []))
      expect(v.safeParse(Definition, definition).success).toBe(true)
    },
  )

  it('a client is proposed for the server that runs, and no name twice', () => {
    const draft = newDraft('client', [running])
    expect(draft).toMatchObject({
      connect: '127.0.0.1:41234',
      framing: 'length:2be',
      name: 'client',
    })
    expect(newDraft('proxy', [running]).target).toBe('127.0.0.1:41234')
    expect(newDraft('server', [running]).name).toBe('server 2')
  })

  it('a port is proposed that no other session has', () => {
    const at = (listen: string, address: string): SessionState => ({
      ...running,
      definition: { kind: 'server', name: listen, listen },
      addresses: [address],
    })
    const first = at('127.0.0.1:9000', '127.0.0.1:9000')
    const asked = at('127.0.0.1:9001', '127.0.0.1:9001')
    const stopped: SessionState = { ...asked, state: 'stopped', addresses: [] }
    const free = at('127.0.0.1:0', '127.0.0.1:9002')
    expect(newDraft('server', []).listen).toBe('127.0.0.1:9000')
    expect(newDraft('server', [first]).listen).toBe('127.0.0.1:9001')
    expect(newDraft('server', [first, stopped, free]).listen).toBe('127.0.0.1:9003')
    expect(newDraft('proxy', [first]).listen).toBe('127.0.0.1:9100')
  })

  const definitions: Exclude<Definition, { kind: 'file' | 'replay' | 'program' }>[] = [
    {
      ...{ kind: 'server', name: 'a', listen: '0.0.0.0:1', framing: 'raw', respond: 'chat' },
      ...{ greeting: 'hi\r\n\ttab \\ é', maxConnections: 0, maxFrame: 9, idleTimeout: 1_500 },
      tls: { cert: 'a.pem', key: 'b.pem', ca: 'c.pem' },
    },
    {
      kind: 'server',
      name: 'b',
      listen: '/run/x.sock',
      framing: 'lines',
      respond: 'none',
      tls: true,
    },
    {
      ...{ kind: 'client', name: 'c', connect: 'host:1', framing: 'json', connections: 3 },
      ...{ reconnect: true, tls: { ca: 'a.pem', servername: 'x', insecure: true } },
    },
    { kind: 'client', name: 'd', connect: 'host:1', framing: 'raw', tls: { insecure: true } },
    { kind: 'client', name: 'e', connect: 'host:1', framing: 'raw', tls: true },
    {
      ...{ kind: 'proxy', name: 'f', listen: '1', target: '2', framing: 'raw', seed: 4 },
      ...{ faults: ['latency=100±20@up', 'drop=0.1'], tlsIn: true, tlsOut: true, idleTimeout: 5 },
    },
  ]

  it.each(definitions)('nothing of a line is lost on the way: $name', (definition) => {
    expect(toDefinition(fromDefinition(definition))).toEqual(definition)
  })

  it('what has no field is shown as the flags call it', () => {
    const [first] = definitions
    expect(first && showMore(fromDefinition(first).more)).toBe(
      '--max-frame 9 --idle 1500 --cert a.pem --key b.pem --ca c.pem',
    )
    expect(showMore({})).toBe('')
  })
})

describe('a slider of a fault', () => {
  const [latency, bandwidth] = knobs as readonly [Knob, Knob]

  it('shows what is there, also between its steps', () => {
    const faults = [
      'latency=100@up',
      'latency=120±20',
      'bandwidth=64KiB/s@down:0.5',
      'latency=1s@up',
    ]
    expect(stepOf(faults, latency, 'up')).toBe(latency.steps.indexOf('100'))
    expect(valueOf(faults, latency, 'down')).toBe('120±20')
    expect(stepOf(faults, latency, 'down')).toBe(latency.steps.indexOf('100'))
    expect(stepOf(faults, bandwidth, 'down')).toBe(bandwidth.steps.indexOf('64KiB/s'))
    expect(stepOf(faults, bandwidth, 'up')).toBe(0)
    expect(stepOf(['latency=1s@up'], latency, 'up')).toBe(latency.steps.indexOf('1000'))
    expect(stepOf(['bandwidth=1MiB/s'], bandwidth, 'down')).toBe(bandwidth.steps.indexOf('1MiB/s'))
    expect(stepOf(['latency=0'], latency, 'down')).toBe(1)
  })

  it('changes its own fault, in its place among the others', () => {
    const faults = ['latency=100', 'reset=2s:0.1', 'latency=10@up']
    expect(withStep(faults, latency, 'down', 2)).toEqual([
      'latency=50@down',
      'reset=2s:0.1',
      'latency=10@up',
    ])
    expect(withStep(faults, latency, 'up', 0)).toEqual(['latency=100', 'reset=2s:0.1'])
    expect(withStep([], bandwidth, 'up', 1)).toEqual(['bandwidth=10MiB/s@up'])
    expect(withStep([], bandwidth, 'up', 0)).toEqual([])
  })
})

it.each([
  ['/var/log/today.hawser', 'today.hawser'],
  [String.raw` C:\logs\a (1).hawser `, 'a 1 .hawser'],
  ['~/.hidden', 'hidden'],
  ['/', 'file'],
  [`/${'x'.repeat(100)}`, 'x'.repeat(64)],
])('a file is opened under its name: %s', (path, name) => {
  const definition = openFile({ ...newFile, path })
  expect(definition).toEqual({ kind: 'file', name, path: path.trim() })
  expect(v.safeParse(Definition, definition).success).toBe(true)
})

it('clients are served from a file', () => {
  const definition = openFile({ path: ' /a.hawser', as: 'serve', listen: '9000' })
  expect(definition).toEqual({
    ...{ kind: 'replay', name: 'as a.hawser', path: '/a.hawser', listen: '9000' },
  })
  expect(v.safeParse(Definition, definition).success).toBe(true)
})
