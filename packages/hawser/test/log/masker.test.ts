import fc from 'fast-check'
import { createMasker, type MaskedRow, type MaskRule } from 'hawser/log'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'

function say({ row, bytes, changed }: MaskedRow<string>): string {
  return `${row} ${Buffer.from(bytes).toString('latin1')}${changed ? ' changed' : ''}`
}

/** What comes out of these pieces of one direction, before anything ends. */
function feed(mask: readonly MaskRule[], ...pieces: string[]): { now: string; all: string } {
  const masker = createMasker<number>(mask)
  const join = (rows: readonly MaskedRow<number>[]): string =>
    rows.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('')
  const now = pieces
    .map((piece, index) => join(masker.add('in', Buffer.from(piece, 'latin1'), index)))
    .join('')
  return { now, all: now + join(masker.end()) }
}

const token: MaskRule = { pattern: /AUTH ([^\r\n]{1,20})/ }

describe('a row waits only while its end may be the beginning of a secret', () => {
  it.each([
    ['PING\r\n', 'PING\r\n'],
    ['SET x A', ''],
    ['SET x AUTHOR', 'SET x AUTHOR'],
    ['AUTH secret\r\n', 'AUTH ******\r\n'],
    ['AUTH secret', ''],
  ])('%j', (text, now) => {
    expect(feed([token], text).now).toBe(now)
  })
})

it('a reply waits behind its request, and an event keeps its place', () => {
  const masker = createMasker<string>([token])
  expect(masker.add('in', Buffer.from('AUTH sec'), 'request')).toEqual([])
  expect(masker.add('out', Buffer.from('+OK\r\n'), 'reply')).toEqual([])
  expect(masker.addEvent('event')).toEqual([])
  expect(masker.add('in', Buffer.from('ret\r\n'), 'rest').map((row) => say(row))).toEqual([
    'request AUTH *** changed',
    'reply +OK\r\n',
    'event ',
    'rest ***\r\n changed',
  ])
  expect(masker.end()).toEqual([])
})
describe('masks what a look at the whole stream finds, however it was cut', () => {
  const patterns = [
    /AUTH ([^\r\n]{1,20})/,
    /(?:AU|AUTH x)\b/,
    /a{2}b?|secret\d{2,4}/,
    /(?<=AUTH )\S{1,9}(?!\d)/,
    /x(?=12)|\x61\u0062+?c?$|[\]\d]{3}/,
    /^AUTH|(?:a|b|(secret ){1,3}){2,5}1/,
    /auth .{0,5}12/is,
    /\d(?!3456)/,
  ]
  const words = ['AUTH ', 'a', 'bb', 'secret', ' ', '\r\n', 'AU', 'TH x', '12', '3456', 'aab', ']']
  it.each(patterns.map((pattern) => [String(pattern), pattern] as const))('%s', (_, pattern) => {
    const mask = [{ pattern, longest: 60 }]
    const list = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 30 })
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 })
    fc.assert(
      fc.property(list, cuts, (each, sizes) => {
        const text = each.join('')
        const pieces: string[] = []
        for (let at = 0, index = 0; at < text.length; index++) {
          const size = sizes[index % sizes.length]!
          pieces.push(text.slice(at, at + size))
          at += size
        }
        expect(feed(mask, ...pieces).all).toBe(feed(mask, text).all)
      }),
      runs(1_000),
    )
  })
})

/** Expressions of a few letters, with everything that they may look at. */
const expressions = fc.letrec<{ any: string; atom: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    tie('atom'),
    fc.tuple(tie('any'), tie('any')).map((two) => two.join('')),
    fc.tuple(tie('any'), tie('any')).map((two) => `(?:${two.join('|')})`),
    fc
      .tuple(tie('any'), fc.constantFrom('?', '{0,2}', '{2}', '{1,3}?', '??'))
      .map(([part, times]) => `(?:${part})${times}`),
    tie('any').map((part) => `(${part})`),
    fc
      .tuple(fc.constantFrom('(?=', '(?!', '(?<=', '(?<!'), tie('any'))
      .map(([start, part]) => `${start}${part})`),
  ),
  atom: fc.constantFrom('a', 'b', '.', '[^a]', String.raw`\b`, String.raw`\x61`, '$', ' ', '^'),
})).any

it('masks the same, however it was cut, whatever the expression is', () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 })
  fc.assert(
    fc.property(
      expressions,
      fc.string({ unit: fc.constantFrom('a', 'b', ' ') }),
      cuts,
      (source, text, sizes) => {
        const mask = [{ pattern: new RegExp(source), longest: 200 }]
        const pieces: string[] = []
        for (let at = 0, index = 0; at < text.length; index++) {
          const size = sizes[index % sizes.length]!
          pieces.push(text.slice(at, at + size))
          at += size
        }
        expect(feed(mask, ...pieces).all).toBe(feed(mask, text).all)
      },
    ),
    runs(5_000),
  )
})

it('an expression that fails at the end of what has come takes no longer for it', () => {
  const mask = [{ pattern: /(?:a|b|(?:c|d)){40}(?<=x)^y/ }]
  expect(feed(mask, 'abcd'.repeat(20)).all).toBe('abcd'.repeat(20))
})

it('an expression that fails behind what it matched takes no longer for it', () => {
  const secret = 'a'.repeat(200)
  for (const pattern of [/AUTH (?:\w{1,32} ?){1,8}/, /AUTH (?:\w|\d){1,200}/]) {
    // Held back as if each place were the beginning of a secret.
    expect(feed([{ pattern }], 'AUTH ab\r\n').now).toBe('')
    const { all } = feed([{ pattern }], `AUTH ${secret}\r\nPING\r\n`)
    expect(all).toBe(`${'*'.repeat(205)}\r\nPING\r\n`)
  }
})

describe('a secret whose rest has not come when its connection ends', () => {
  const cut: readonly [RegExp, string, string][] = [
    [/key_\w{16}/, 'x key_secret', 'x **********'],
    [/token=(\w{8,64});/, 'x token=secret', 'x token=******'],
    [/(?<user>\w{1,9}):(?<word>\w{4,9})!/, 'x user:sec', 'x ****:***'],
    [/auth (\w{9}|"[^"]{1,64}")/i, 'AUTH "se cret', 'AUTH ********'],
  ]
  it.each(cut)('%s is masked as far as it came', (pattern, text, masked) => {
    expect(feed([{ pattern }], text).all).toBe(masked)
    expect(feed([{ pattern }], ...text.split('')).all).toBe(masked)
  })

  it.each(['k', 'ke', 'key'])('what is too short to say anything is not: %s', (text) => {
    expect(feed([{ pattern: /key_\w{16}/ }], `mon${text}`).all).toBe(`mon${text}`)
  })

  it('a message is whole: the beginning of a match at its end is none', () => {
    const masker = createMasker<string>([{ pattern: /\d{16}/ }])
    expect(masker.add('in', Buffer.from('order 12345'), 'order')).toEqual([])
    expect(masker.end('whole').map((row) => say(row))).toEqual(['order order 12345'])
  })
})

describe('the longest match is what the pattern says', () => {
  const bounded: readonly [RegExp, number][] = [
    [/AUTH (\S{1,64})/, 69],
    [/a{3}|[^\]a\\]b?/, 3],
    [/(?:ab(?<name>c|de){2}){3}/, 18],
    [/\x41\u0042\cA\0\//, 5],
    [/a{,3}/, 5],
  ]
  it.each(bounded)('%s', (pattern, longest) => {
    // A longer one would be refused, as 4,096 of them are.
    const times = Math.floor(4_096 / longest)
    const many = (count: number): RegExp => new RegExp(`(?:${pattern.source}){${count}}`)
    expect(() => createMasker([{ pattern: many(times) }])).not.toThrow()
    expect(() => createMasker([{ pattern: many(times + 1) }])).toThrow(
      `may match ${(times + 1) * longest} bytes`,
    )
  })

  it.each([/AUTH (\S+)/, /a*/, /a{2,}/, /(?:a{1,3}b)+?/])('%s has no bound', (pattern) => {
    expect(() => createMasker([{ pattern }])).toThrow('may match without end')
    expect(() => createMasker([{ pattern, longest: 64 }])).not.toThrow()
  })

  it.each([/(a)\1/, /(?<x>a)\k<x>/, /\p{L}/u])('%s has to say it', (pattern) => {
    expect(() => createMasker([{ pattern }])).toThrow('is not known')
    expect(() => createMasker([{ pattern, longest: 64 }])).not.toThrow()
  })

  it.each([/(?:)/, /a{0}/])('%s matches nothing', (pattern) => {
    expect(() => createMasker([{ pattern }])).toThrow('matches nothing')
  })
})

describe('a mask that fails leaks nothing, and says so', () => {
  it('when a rule throws', () => {
    const find = (): never => {
      throw new Error('no')
    }
    const masker = createMasker<string>([{ find, longest: 4 }])
    expect(masker.add('in', Buffer.from('sec'), 'a').map((row) => say(row))).toEqual([
      'a *** changed',
    ])
    expect(masker.stopped).toBe('a rule failed: no')
    expect(masker.add('out', Buffer.from('ret'), 'b').map((row) => say(row))).toEqual([
      'b *** changed',
    ])
    expect(masker.addEvent('c').map((row) => say(row))).toEqual(['c '])
  })

  it('when a secret is longer than declared', () => {
    const masker = createMasker<string>([{ pattern: /AUTH \S+/, longest: 10 }])
    const rows = masker.add('in', Buffer.from(`AUTH ${'x'.repeat(20)}`), 'a')
    expect(rows.map((row) => say(row))).toEqual([`a ${'*'.repeat(25)} changed`])
    expect(masker.stopped).toBe('a secret is longer than its rule says')
  })
})
