import { describe, expect, it } from 'vitest'
import { createColours, wantsColour } from '../../src/output/colours.js'

const terminal = { isTTY: true }
const pipe = { isTTY: false }

describe('wantsColour', () => {
  it.each([
    ['a terminal', terminal, {}, true],
    ['a pipe', pipe, {}, false],
    ['NO_COLOR on a terminal', terminal, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
    ['FORCE_COLOR on a pipe', pipe, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0 on a terminal', terminal, { FORCE_COLOR: '0' }, false],
    ['both', pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    ['a dumb terminal', terminal, { TERM: 'dumb' }, false],
  ])('for %s', (_name, target, environment, expected) => {
    expect(wantsColour(target, environment)).toBe(expected)
  })
})

describe('createColours', () => {
  it('paints, and takes the paint off again', () => {
    expect(createColours(true).trouble('x')).toBe('\x1b[31mx\x1b[39m')
  })

  it('changes nothing when colours are off', () => {
    const paints = Object.values(createColours(false))
    expect(paints.map((paint) => paint('x'))).toEqual(paints.map(() => 'x'))
  })
})
