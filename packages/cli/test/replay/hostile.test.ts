import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseFraming } from '../../src/arguments/framing/parse.js'
import type { Step } from '../../src/replay/step.js'
import { loadFraming } from '../../src/wire/load-framing.js'
import { runs } from '../../../../test/support/property-runs.js'
import { ends, expects, Playing, type PlayingOptions, send } from './support/playing.js'

const texts = fc.constantFrom('a', 'ab\n', '12', '\n', '3:abc,', '<x>', 'A'.repeat(5_000))
const pauses = fc.constantFrom(0, 5, 2_000)
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(texts, pauses).map(([text, pause]) => send(text, pause)),
  fc.tuple(texts, pauses).map(([text, pause]) => expects(text, pause)),
  fc
    .tuple(fc.constantFrom('ours', 'theirs'), fc.constantFrom('end', 'reset'), pauses)
    .map(([by, how, pause]) => ends(by, how, pause)),
)
const events = fc.oneof(
  texts.map((text) => (playing: Playing) => playing.receives(text)),
  fc.constantFrom(1, 900, 5_000).map((time) => (playing: Playing) => playing.passes(time)),
  fc.constantFrom('end', 'reset').map((how) => (playing: Playing) => playing.peerEnds(how)),
  fc.constant((playing: Playing) => playing.reads()),
)

const lines = await loadFraming(parseFraming('lines'), { crlf: false })
const options: fc.Arbitrary<PlayingOptions> = fc.constantFrom(
  {},
  { speed: 1 },
  { masks: [String.raw`\d+`, '<.+>', '2-3'] },
  { expect: 'length' },
  { expect: 'none', speed: 1 },
  { expect: 'frames', framing: lines, masks: ['1-1'] },
  { expect: 'none', framing: lines },
)

/** What a player says last. */
const last = /^(?:done|reset|(?:differs|more|ended|reset|silent|open|framing) at )/

it('whatever is recorded, and whatever the other side does, it comes to one end', () => {
  fc.assert(
    fc.property(
      fc.array(steps, { maxLength: 12 }),
      fc.array(events, { maxLength: 20 }),
      options,
      fc.boolean(),
      (script, happens, how, isStuck) => {
        const playing = new Playing(script, how)
        playing.isSlow = true
        playing.isStuck = isStuck
        const said = happens.flatMap((happen) => happen(playing))
        playing.isSlow = false
        said.push(...playing.passes(1_000_000))
        expect(said.filter((word) => last.test(word))).toHaveLength(1)
        expect(said.at(-1)).toMatch(last)
        expect(playing.player.wantsStep || playing.player.wantsBytes).toBe(false)
        expect(playing.player.wakeAt).toBe(Infinity)
      },
    ),
    runs(5_000),
  )
})
