import { describe, expect, it } from 'vitest'
import { parseFraming } from '../../src/arguments/framing/parse.js'
import { encodeInPlace, encodeMessage } from '../../src/proxy/rules/encode-message.js'
import { judge } from '../../src/proxy/rules/judge.js'
import { readRules } from '../../src/proxy/rules/read-rules.js'
import type { Rule, Verdict } from '../../src/proxy/rules/rule.js'
import { loadFraming } from '../../src/wire/load-framing.js'

function say(rules: readonly Rule[], bytes: string | Uint8Array): Promise<Verdict> {
  const given = { bytes: Buffer.from(bytes), way: 'up', connection: 1, number: 1 } as const
  return judge(rules, given)
}

async function bytesFor(rules: readonly Rule[], bytes: string | Uint8Array): Promise<string> {
  const verdict = await say(rules, bytes)
  return 'bytes' in verdict ? Buffer.from(verdict.bytes).toString('latin1') : verdict.action
}

describe('a rule', () => {
  it('is the first that matches, and is called by its name or its place', async () => {
    const rules: Rule[] = [
      { match: 'never', drop: true },
      { match: /PI(N)G/, reset: true },
      { name: 'all', hold: true },
    ]
    expect(await say(rules, 'PING')).toEqual({ action: 'reset', rule: 'rule 2' })
    expect(await say(rules, 'else')).toEqual({ action: 'hold', rule: 'all' })
    expect(await say([], 'PING')).toEqual({ action: 'pass' })
    expect(await say([{ way: 'down', drop: true }], 'PING')).toEqual({ action: 'pass' })
  })

  it('matches text, bytes, an expression, and what a function says', async () => {
    const binary = Uint8Array.from([1, 0xff, 2])
    expect((await say([{ match: Uint8Array.of(0xff), drop: true }], binary)).action).toBe('drop')
    expect((await say([{ match: 'é', drop: true }], 'café')).action).toBe('drop')
    const global: Rule[] = [{ match: /P/g, drop: true }]
    // One that remembers where it was would match every other time.
    expect((await say(global, 'P')).action).toBe('drop')
    expect((await say(global, 'P')).action).toBe('drop')
    const third: Rule = {
      match: async ({ text, number }) => text === 'x' && number === 1,
      drop: true,
    }
    expect((await say([third], 'x')).action).toBe('drop')
  })

  it('replaces what matched, or all of it, and keeps bytes that are no UTF-8', async () => {
    expect(await bytesFor([{ match: /(\w+) (\w+)/, replace: '$2 $1' }], 'a b c')).toBe('b a c')
    expect(await bytesFor([{ match: 'b', replace: 'x' }], 'abb')).toBe('axb')
    expect(await bytesFor([{ replace: 'all' }], 'abb')).toBe('all')
    expect(await bytesFor([{ match: 'b', replace: ({ text }) => text + text }], 'ab')).toBe('abab')
    const binary = Uint8Array.from([0xff, 0x61, 0xfe])
    expect(await bytesFor([{ match: 'a', replace: 'b' }], binary)).toBe('\xffb\xfe')
  })

  it('replies, delays', async () => {
    expect(await bytesFor([{ match: 'PING', reply: 'PONG' }], 'PING')).toBe('PONG')
    expect(await say([{ delay: 5 }], 'x')).toEqual({
      action: 'delay',
      rule: 'rule 1',
      milliseconds: 5,
    })
  })

  it('that makes something else than text or bytes is an error', async () => {
    await expect(say([{ replace: () => 7 }], 'x')).rejects.toThrow(
      'replace made number, and takes text or bytes',
    )
    await expect(say([{ reply: () => null }], 'x')).rejects.toThrow('reply made null')
  })
})

it.each([
  [{}, 'the default export is no array of rules'],
  [{ default: {} }, 'the default export is no array of rules'],
  [{ default: [7] }, 'rule 1 is no object'],
  [{ default: [{ dropp: true }] }, 'rule 1: unknown option dropp; did you mean drop?'],
  [{ default: [{ __proto: 1 }] }, 'rule 1: unknown option __proto; it takes name, way'],
  [{ default: [{ drop: true }, { way: 'left', drop: true }] }, "rule 2: way takes 'up' or 'down'"],
  [{ default: [{ match: 7, drop: true }] }, 'rule 1: match takes a text, bytes, an expression'],
  [{ default: [{ delay: -1 }] }, 'rule 1: delay takes milliseconds'],
  [{ default: [{ match: 'x' }] }, 'rule 1 does nothing: give it one of replace, drop'],
  [{ default: [{ drop: true, reset: true }] }, 'rule 1 does several things (drop, reset)'],
])('%j is refused', (exports, message) => {
  expect(() => readRules(exports)).toThrow(message)
})

it('a message is framed as the framing has it', async () => {
  const framed = async (framing: string): Promise<string> => {
    const loaded = await loadFraming(parseFraming(framing), { crlf: false })
    return Buffer.from(encodeMessage(loaded, Buffer.from('hello'))).toString('latin1')
  }
  expect(await framed('lines')).toBe('hello\n')
  expect(await framed('length:2be')).toBe('\x00\x05hello')
  expect(await framed('netstring')).toBe('5:hello,')
  expect(Buffer.from(encodeMessage(undefined, Buffer.from('x'))).toString()).toBe('x')
})

it('a message in place of another one ends as that one did, where only the end of a line may differ', async () => {
  const inPlace = async (
    framing: string,
    wire: string,
    was: string,
    is: string,
  ): Promise<string> => {
    const loaded = await loadFraming(parseFraming(framing), { crlf: false })
    const original = { message: Buffer.from(was), wire: Buffer.from(wire, 'latin1') }
    return Buffer.from(encodeInPlace(loaded, Buffer.from(is), original)).toString('latin1')
  }
  expect(await inPlace('lines', 'was\r\n', 'was', 'is')).toBe('is\r\n')
  expect(await inPlace('lines', 'was\n', 'was', 'is')).toBe('is\n')
  expect(await inPlace('lines', 'was', 'was', 'is')).toBe('is\n')
  expect(await inPlace('lines', '\r\n', '', 'is')).toBe('is\r\n')
  // Its two bytes in front of the message are no end of a line.
  const long = `${'x'.repeat(200)}\r\n`
  expect(await inPlace('length:varint', `\xca\x01${long}`, long, 'x\n')).toBe('\x02x\n')
})
