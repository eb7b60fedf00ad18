import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/failure.js'
import { parseMask } from '../../src/replay/judge/mask.js'
import { runs } from '../../../../test/support/property-runs.js'
import { ends, expects, Playing, send } from './support/playing.js'

const date = String.raw`\d{4}-\d\d-\d\d`

describe('a mask', () => {
  it('makes equal what it matches, whatever its length', () => {
    const playing = new Playing([expects('id=7 on 2026-11-28!'), send('B'), expects('bye')], {
      masks: [date, String.raw`id=\d+`],
    })
    expect(playing.receives('id=12345 on 2031-01-01!')).toEqual(['send B'])
    expect(playing.receives('bye')).toEqual(['end'])
    expect(playing.peerEnds()).toEqual(['done'])
  })

  it('that ends what is to come lets us speak, and may still become longer', () => {
    const playing = new Playing([expects('id=7'), send('B'), expects(';')], {
      masks: [String.raw`\d+`],
    })
    expect(playing.receives('id=1')).toEqual(['send B'])
    expect(playing.receives('23')).toEqual([])
    expect(playing.receives(';')).toEqual(['end'])
  })

  it('of bytes takes as many of any', () => {
    const playing = new Playing([expects('abcdef'), ends('theirs')], { masks: ['1-2', '4-4'] })
    expect(playing.receives('aXY')).toEqual([])
    expect(playing.receives('dZf')).toEqual([])
    expect(playing.peerEnds()).toEqual(['end', 'done'])
  })

  it('hides no byte beside it', () => {
    const playing = new Playing([expects('on 2026-11-28 at'), ends('theirs')], { masks: [date] })
    playing.receives('on 2031-01-01 im')
    expect(playing.peerEnds()).toEqual(['differs at 14'])
  })

  it('that does not match what came is a difference, when nothing more comes', () => {
    const playing = new Playing([expects('on 2026-11-28')], { masks: [date] })
    expect(playing.receives('on Monday')).toEqual([])
    expect(playing.passes(1_000)).toEqual(['differs at 3'])
  })

  it('matches no more than 4 KiB', () => {
    const playing = new Playing([expects('<a>'), expects('b'.repeat(9_000)), ends('theirs')], {
      masks: ['<.*>'],
    })
    expect(playing.receives(`<${'x'.repeat(5_000)}`)).toEqual(['differs at 0'])
  })

  it('that the bytes of a peer would keep at work for years ends the replay', () => {
    const playing = new Playing([expects('aaab'), ends('theirs')], { masks: ['(a+)+b'] })
    expect(() => playing.receives(`${'a'.repeat(64)}!`)).toThrow(/--mask took more than 1000 ms/)
  })

  it.each([
    ['(', /--mask is no regular expression: /],
    ['x*', /--mask "x\*" matches nothing as well: write \+/],
    ['9-3', /--mask 9-3 ends before it begins/],
  ])('%s is refused', (text, message) => {
    expect(() => parseMask(text)).toThrow(UsageError)
    expect(() => parseMask(text)).toThrow(message)
  })
})

/** A text of words, of which some are masked; the same with other values in their place. */
const texts = fc
  .array(
    fc.oneof(
      fc.record({ plain: fc.constantFrom('a', 'b ', 'id=', '; ', '\r\n', '-', '20') }),
      fc.record({ one: number(), other: number(), before: fc.constantFrom('#', '@') }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => {
    const join = (key: 'one' | 'other'): string =>
      parts.map((part) => ('plain' in part ? part.plain : `${part.before}${part[key]};`)).join('')
    return { recorded: join('one'), other: join('other') }
  })

function number(): fc.Arbitrary<string> {
  return fc.oneof(fc.nat(99_999).map(String), fc.constantFrom('1.5', '1.25', '12.125'))
}

/** Pieces of a text, cut anywhere. */
function cut(text: string, cuts: readonly number[]): string[] {
  const places = cuts.map((place) => place % (text.length + 1)).sort((one, two) => one - two)
  const behind = [...places, text.length]
  return behind.map((end, at) => text.slice(at === 0 ? 0 : behind[at - 1], end)).filter(Boolean)
}

const cuts = fc.array(fc.nat(200), { maxLength: 12 })
const masks = [String.raw`(?<=#)\d+(?:\.\d+)?`, String.raw`@\d+(?:\.\d+)?`]

function play(recorded: readonly string[], pieces: readonly string[]): string[] {
  const steps = recorded.map((text) => expects(text))
  const playing = new Playing([...steps, ends('theirs'), ends('ours')], { masks })
  const said = pieces.flatMap((piece) => playing.receives(piece))
  return [...said, ...playing.peerEnds()]
}

/** Rows come from the disk, and pieces from the network, in any order. */
function playSlowly(recorded: string[], pieces: string[], order: readonly boolean[]): string[] {
  const playing = new Playing(
    [...recorded.map((text) => expects(text)), ends('theirs'), ends('ours')],
    { masks },
  )
  playing.isSlow = true
  const said: string[] = []
  for (const isRow of order) {
    const piece = isRow ? undefined : pieces.shift()
    said.push(...(piece === undefined ? playing.reads() : playing.receives(piece)))
  }
  playing.isSlow = false
  said.push(...pieces.flatMap((piece) => playing.receives(piece)))
  return [...said, ...playing.peerEnds()]
}

describe('properties of masks', () => {
  it('rows and pieces may be cut anywhere', () => {
    fc.assert(
      fc.property(texts, cuts, cuts, ({ recorded, other }, rows, pieces) => {
        expect(play(cut(recorded, rows), cut(other, pieces))).toEqual(['end', 'done'])
      }),
      runs(2_000),
    )
  })

  it('a difference is the same one, however rows and pieces are cut', () => {
    fc.assert(
      fc.property(texts, cuts, cuts, fc.nat(), ({ recorded, other }, rows, pieces, place) => {
        if (other === '') return
        const at = place % other.length
        const changed = `${other.slice(0, at)}Z${other.slice(at + 1)}`
        const whole = play([recorded], [changed])
        expect(whole).toHaveLength(1)
        expect(whole[0]).toMatch(/^(differs|more|ended) at \d+$/)
        expect(play(cut(recorded, rows), cut(changed, pieces))).toEqual(whole)
      }),
      runs(2_000),
    )
  })

  it('it does not matter whether what was recorded or what comes is there first', () => {
    const orders = fc.array(fc.boolean(), { maxLength: 25 })
    fc.assert(
      fc.property(texts, cuts, cuts, orders, ({ recorded, other }, rows, pieces, order) => {
        expect(playSlowly(cut(recorded, rows), cut(other, pieces), order)).toEqual(['end', 'done'])
      }),
      runs(2_000),
    )
  })
})
