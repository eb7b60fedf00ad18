import {
  connect,
  createClient,
  createPool,
  createServer,
  jsonLines,
  lines,
  parseEndpoint,
} from 'hawser'
import { describe, expect, it } from 'vitest'
import { checkOptions } from '../../src/options/check-options.js'

const nowhere = 'tcp://127.0.0.1:1'

function messageOf(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^HAWSER_INVALID_/) as string })
    return (error as Error).message
  }
  throw new Error('it was taken')
}

describe('an option that takes a function', () => {
  it.each([
    ['onError', 'x', 'onError is "x": it takes a function'],
    ['data', {}, 'data is an object: it takes a function'],
    ['signal', 'SIGTERM', 'signal is "SIGTERM": it takes an AbortSignal'],
    ['signal', null, 'signal is null: leave it out'],
  ])('createServer refuses %s: %j', (name, value, message) => {
    expect(messageOf(() => createServer({ [name]: value }))).toBe(message)
  })

  it.each([
    ['onConnect', 1],
    ['onMessage', true],
    ['random', 0.5],
  ])('createClient refuses %s: %j', (name, value) => {
    const message = messageOf(() => createClient(nowhere, { [name]: value }))
    expect(message).toBe(`${name} is ${value}: it takes a function`)
  })

  it('createPool refuses a validate that is none, and names what it is in', () => {
    expect(messageOf(() => createPool(nowhere, { validate: 'PING' as never }))).toContain(
      'validate is "PING": it takes a function',
    )
    const correlate = { identify: 1, idOf: () => 1 } as never
    expect(messageOf(() => createPool(nowhere, { correlate }))).toBe(
      'correlate.identify is 1: it takes a function',
    )
  })
})

describe('options that are an array', () => {
  it.each([
    ['createServer', () => createServer([] as never)],
    ['jsonLines', () => jsonLines([] as never)],
  ])('%s', (_name, call) => {
    expect(messageOf(call)).toBe('options is an array: it takes an object')
  })
})

describe('a handler that would never be called', () => {
  it.each([
    [
      null,
      'handler is null: it takes a function, or an object with open, message, writable, close',
    ],
    [
      [],
      'handler is an array: it takes a function, or an object with open, message, writable, close',
    ],
    ['x', 'handler is "x": it takes a function, or an object with open, message, writable, close'],
    [
      { greet() {} },
      'handler has none of its functions: it takes an object with open, message, writable, close',
    ],
    [{ message: 'x' }, 'handler.message is "x": it takes a function'],
    [{ open() {}, mesage() {} }, 'handler.mesage would never be called: did you mean message?'],
    [{ onMessage() {} }, 'handler.onMessage would never be called: did you mean message?'],
  ])('createServer refuses %j', (handler, message) => {
    expect(messageOf(() => createServer({ framing: lines() }, handler as never))).toBe(message)
  })

  it('connect refuses it before it connects', async () => {
    const handler = { clsoe() {} } as never
    await expect(connect(nowhere, { handler })).rejects.toMatchObject({
      code: 'HAWSER_INVALID_OPTION',
      message: 'handler.clsoe would never be called: did you mean close?',
    })
  })

  it('is none that has more beside it, or has its functions from a class', () => {
    class Session {
      closed = false
      message(): void {}
      messages(): void {}
    }
    expect(() => createServer({}, new Session())).not.toThrow()
    expect(() => createServer({}, {})).not.toThrow()
    expect(() => createServer({}, { close() {}, greet() {}, opened: 1 } as never)).not.toThrow()
  })
})

describe('a handler in the place of options', () => {
  it('createServer says where it belongs', () => {
    expect(messageOf(() => createServer({ message() {} } as never))).toBe(
      'message is a function of a handler: that is the second argument, createServer(options, handler)',
    )
  })

  it('connect says where it belongs', async () => {
    await expect(connect(nowhere, { open() {} } as never)).rejects.toThrow(
      'open is a function of a handler: pass it inside the option handler',
    )
  })
})

it('a URL object is refused for what it is', () => {
  const url = new URL('tcp://127.0.0.1:8000')
  expect(messageOf(() => parseEndpoint(url as never))).toContain('pass its href')
  expect(parseEndpoint(url.href)).toMatchObject({ port: 8000 })
})

it.each([
  [undefined, 'undefined'],
  [7, 'a number'],
  ['lines', 'a string'],
])('options that are %o', (options, kind) => {
  expect(messageOf(() => checkOptions(options as never, {}))).toBe(
    `options is ${kind}: it takes an object`,
  )
})
