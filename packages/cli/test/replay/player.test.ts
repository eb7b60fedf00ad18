import { describe, expect, it } from 'vitest'
import { ends, expects, Playing, send } from './support/playing.js'

describe('the order', () => {
  it('speaks when the other side has said what it had said before', () => {
    const playing = new Playing([send('A'), expects('one'), send('B'), expects('two')])
    expect(playing.says()).toEqual(['send A'])
    expect(playing.receives('on')).toEqual([])
    expect(playing.receives('e')).toEqual(['send B'])
    expect(playing.receives('two')).toEqual(['end'])
    expect(playing.peerEnds()).toEqual(['done'])
  })

  it('speaks at once what was said without a reply in between', () => {
    const playing = new Playing([send('A'), send('B'), expects('one'), send('C')])
    expect(playing.says()).toEqual(['send A', 'send B'])
    expect(playing.receives('one')).toEqual(['send C', 'end'])
  })

  it('hears first where the other side began', () => {
    const playing = new Playing([expects('220 hi'), send('EHLO')])
    expect(playing.says()).toEqual([])
    expect(playing.receives('220 hi')).toEqual(['send EHLO', 'end'])
  })

  it('waits until what it sent was taken', () => {
    const playing = new Playing([send('A'), send('B')])
    playing.isStuck = true
    expect(playing.says()).toEqual(['send A'])
    expect(playing.passes(500)).toEqual([])
    expect(playing.takes()).toEqual(['send B', 'end'])
  })

  it('a peer that takes nothing is given up', () => {
    const playing = new Playing([send('A'), send('B')])
    playing.isStuck = true
    playing.says()
    expect(playing.passes(1_000)).toEqual(['silent at 0'])
  })

  it('the other side may say more at once than it had', () => {
    const playing = new Playing([send('A'), expects('one'), send('B'), expects('two')])
    playing.says()
    expect(playing.receives('onetwo')).toEqual(['send B', 'end'])
  })
})

describe('the pace', () => {
  const steps = [send('A', 50), expects('one', 200), send('B', 100), send('C', 10)]

  it('pauses as recorded after the last byte of the other side', () => {
    const playing = new Playing(steps, { speed: 1 })
    expect(playing.passes(49)).toEqual([])
    expect(playing.passes(1)).toEqual(['send A'])
    playing.passes(7)
    expect(playing.receives('one')).toEqual([])
    expect(playing.passes(99)).toEqual([])
    expect(playing.passes(1)).toEqual(['send B'])
    expect(playing.passes(10)).toEqual(['send C', 'end'])
  })

  it('pauses a tenth of it at --speed 10', () => {
    const playing = new Playing(steps, { speed: 10 })
    expect(playing.passes(5)).toEqual(['send A'])
    expect(playing.receives('one')).toEqual([])
    expect(playing.passes(10)).toEqual(['send B'])
    expect(playing.passes(1)).toEqual(['send C', 'end'])
  })

  it('a side that paused for long when it was recorded may do so again', () => {
    const playing = new Playing([send('A'), expects('one', 30_000), expects('two')])
    playing.says()
    expect(playing.passes(30_999)).toEqual([])
    expect(playing.receives('one')).toEqual([])
    expect(playing.passes(1_000)).toEqual(['silent at 3'])
  })
})

describe('differences', () => {
  it.each([
    ['another byte', ['oNe'], 'differs at 1'],
    ['another byte in a second piece', ['on', 'E'], 'differs at 2'],
    ['more than was recorded', ['onetwo!'], 'more at 6'],
  ])('%s', (_what, pieces, difference) => {
    const playing = new Playing([send('A'), expects('one'), expects('two'), send('B')])
    playing.says()
    const said = pieces.flatMap((piece) => playing.receives(piece))
    expect(said.at(-1)).toBe(difference)
    expect(playing.passes(10_000)).toEqual([])
  })

  it('shows what was expected and what came, with the byte in its place', () => {
    const playing = new Playing([expects('0123456789abcdefghij'), expects('klmnopqrstuvwxyz')])
    const player = playing.player
    playing.says()
    const [command] = player.received(Buffer.from('0123456789abcdefghIj!'), 0)
    expect(command).toMatchObject({
      do: 'differ',
      difference: { kind: 'differs', at: 18, gotAt: 18, column: 2 },
    })
    if (command?.do !== 'differ') throw new Error('it did not differ')
    const { expected, got } = command.difference
    expect([expected, got].map((bytes) => Buffer.from(bytes).toString())).toEqual([
      'ghijklmnopqrstuv',
      'ghIj!',
    ])
  })

  it('silence, where there was to be a word', () => {
    const playing = new Playing([send('A'), expects('one')])
    playing.says()
    playing.receives('o')
    expect(playing.passes(999)).toEqual([])
    expect(playing.passes(1)).toEqual(['silent at 1'])
  })

  it('an end that comes too early', () => {
    const playing = new Playing([send('A'), expects('one'), ends('theirs')])
    playing.says()
    playing.receives('on')
    expect(playing.peerEnds()).toEqual(['ended at 2'])
  })

  it('a reset, where it had ended in order', () => {
    const playing = new Playing([send('A'), expects('one'), ends('ours'), ends('theirs')])
    playing.says()
    expect(playing.receives('one')).toEqual(['end'])
    expect(playing.peerEnds('reset')).toEqual(['reset at 3'])
  })

  it('no end, where it had ended', () => {
    const playing = new Playing([expects('one'), ends('theirs')])
    expect(playing.receives('one')).toEqual([])
    expect(playing.passes(1_000)).toEqual(['open at 3'])
  })
})

describe('the end', () => {
  it('ends as it did: the other side first', () => {
    const playing = new Playing([expects('one'), ends('theirs'), ends('ours')])
    expect(playing.receives('one')).toEqual([])
    expect(playing.peerEnds()).toEqual(['end', 'done'])
  })

  it('ends as it did: we first, and the other side still speaks', () => {
    const playing = new Playing([send('A'), ends('ours'), expects('one'), ends('theirs')])
    expect(playing.says()).toEqual(['send A', 'end'])
    expect(playing.receives('one')).toEqual([])
    expect(playing.peerEnds()).toEqual(['done'])
  })

  it('speaks on after the other side has ended, where it did', () => {
    const playing = new Playing([expects('one'), ends('theirs'), send('A'), ends('ours')])
    expect(playing.receives('one')).toEqual([])
    expect(playing.peerEnds()).toEqual(['send A', 'end', 'done'])
  })

  it('resets where it did', () => {
    const playing = new Playing([send('A'), expects('one'), ends('ours', 'reset')])
    playing.says()
    expect(playing.receives('one')).toEqual(['reset'])
  })

  it('a reset that was recorded is none to complain of', () => {
    const playing = new Playing([send('A'), expects('one'), ends('theirs', 'reset')])
    playing.says()
    expect(playing.receives('one')).toEqual([])
    expect(playing.peerEnds('reset')).toEqual(['done'])
  })

  it('ends by itself where the log was over before the connection', () => {
    const playing = new Playing([send('A'), expects('one')])
    playing.says()
    expect(playing.receives('one')).toEqual(['end'])
    expect(playing.passes(1_000)).toEqual(['done'])
  })
})

describe('--expect', () => {
  it('length takes other bytes, and no other number of them', () => {
    const playing = new Playing([send('A'), expects('one'), send('B'), ends('theirs')], {
      expect: 'length',
    })
    playing.says()
    expect(playing.receives('uno')).toEqual(['send B'])
    expect(playing.receives('!')).toEqual(['more at 3'])
  })

  it('none takes anything, and silence for all there was to say', () => {
    const playing = new Playing(
      [send('A'), expects('four'), send('B'), expects('five'), send('C')],
      {
        expect: 'none',
      },
    )
    playing.says()
    expect(playing.receives('x')).toEqual([])
    expect(playing.passes(1_000)).toEqual(['send B'])
    expect(playing.receives('xxxxxxxxxxxxx')).toEqual(['send C', 'end'])
    expect(playing.peerEnds()).toEqual(['done'])
  })
})

describe('memory', () => {
  it('a recording of any length is read as it is needed', () => {
    const steps = Array.from({ length: 10_000 }, () => expects('x'.repeat(1024)))
    const playing = new Playing(steps)
    playing.says()
    expect(playing.player.wantsStep).toBe(false)
    const said = steps.flatMap(() => playing.receives('x'.repeat(1024)))
    expect(said).toEqual(['end'])
  })

  it('what came before its time is not read on for ever', () => {
    const playing = new Playing([
      send('A'),
      send('B'.repeat(300_000)),
      expects('x'.repeat(200_000)),
    ])
    playing.isStuck = true
    playing.says()
    playing.player.received(Buffer.alloc(100_000, 'x'), 0)
    expect(playing.player.wantsBytes).toBe(false)
    expect(playing.takes()).toHaveLength(1)
    expect(playing.player.wantsBytes).toBe(true)
  })
})
