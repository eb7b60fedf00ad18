import { describe, expect, it } from 'vitest'
import { parseFraming } from '../../src/arguments/framing/parse.js'
import { loadFraming, type WireFraming } from '../../src/wire/load-framing.js'
import { ends, expects, Playing, send } from './support/playing.js'

function framed(text: string): Promise<WireFraming> {
  return loadFraming(parseFraming(text), { crlf: false })
}

describe('--expect frames', () => {
  it('compares messages, however they are cut', async () => {
    const framing = await framed('lines')
    const playing = new Playing(
      [
        send('A'),
        expects('one\ntw'),
        expects('o\n'),
        send('B'),
        expects('three\n'),
        ends('theirs'),
      ],
      { expect: 'frames', framing },
    )
    playing.says()
    expect(playing.receives('one\r\n')).toEqual([])
    expect(playing.receives('t')).toEqual([])
    expect(playing.receives('wo\nthr')).toEqual(['send B'])
    expect(playing.receives('ee\n')).toEqual([])
    expect(playing.peerEnds()).toEqual(['end', 'done'])
  })

  it('speaks in the middle of a message, where it had', async () => {
    const framing = await framed('lines')
    const playing = new Playing([expects('on'), send('A'), expects('e\n')], {
      expect: 'frames',
      framing,
    })
    expect(playing.receives('on')).toEqual(['send A'])
    expect(playing.receives('e\n')).toEqual(['end'])
  })

  it('says which message differs, and where in it', async () => {
    const framing = await framed('length:2be')
    const playing = new Playing([expects('\0\x02ab\0\x03cde')], { expect: 'frames', framing })
    expect(playing.receives('\0\x02ab\0\x03cdX')).toEqual(['differs at 2 of frame 2'])
  })

  it('masks bytes of each message', async () => {
    const framing = await framed('length:2be')
    const playing = new Playing([expects('\0\x03abc'), expects('\0\x03def')], {
      expect: 'frames',
      framing,
      masks: ['0-1'],
    })
    playing.receives('\0\x03XYc')
    expect(playing.receives('\0\x03XYZ')).toEqual(['differs at 2 of frame 2'])
  })

  it('one more, one less and one that does not fit are differences', async () => {
    const framing = await framed('lines')
    const start = (): Playing => {
      return new Playing([expects('one\ntwo\n'), ends('theirs')], { expect: 'frames', framing })
    }
    expect(start().receives('one\ntwo\nthree\n')).toEqual(['more at 0 of frame 3'])
    const less = start()
    less.receives('one\n')
    expect(less.peerEnds()).toEqual(['ended at 0 of frame 2'])
    const partial = start()
    partial.receives('one\ntwo\nth')
    expect(partial.peerEnds()).toEqual(['more at 0 of frame 3'])
  })

  it('bytes that fit no framing are a difference, with a reason', async () => {
    const framing = await framed('netstring')
    const playing = new Playing([expects('1:a,2:bc,')], { expect: 'frames', framing })
    const [said] = playing.receives('1:a,x:bc,')
    expect(said).toMatch(/^framing at \d+ of frame 2: /)
  })

  it('a recording that fits no framing is an error', async () => {
    const framing = await framed('netstring')
    const playing = new Playing([expects('hello')], { expect: 'frames', framing })
    expect(() => playing.says()).toThrow(/netstring/)
  })
})

describe('--expect none --match frames', () => {
  it('speaks after as many messages, whatever they are', async () => {
    const framing = await framed('lines')
    const playing = new Playing([send('A'), expects('one\ntwo\n'), send('B'), expects('three\n')], {
      expect: 'none',
      framing,
    })
    playing.says()
    expect(playing.receives('a much longer message\n')).toEqual([])
    expect(playing.receives('\n')).toEqual(['send B'])
    expect(playing.passes(1_000)).toEqual(['end'])
  })
})
