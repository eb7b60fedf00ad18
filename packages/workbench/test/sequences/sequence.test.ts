import { describe, expect, it } from 'vitest'
import { createRuns } from '../support/runs.js'
import { ScriptedTarget, settle } from '../support/scripted-target.js'

describe('a sequence', () => {
  it('sends, waits for what comes, and pauses', async () => {
    const { play, target, clock, runs, state, events } = createRuns()
    const id = play([
      { do: 'send', text: 'USER a' },
      { do: 'wait', text: 'OK' },
      { do: 'delay', ms: 500 },
      { do: 'send', hex: '00 ff' },
    ])
    await settle()
    expect(target.sent).toEqual(['USER a'])
    expect(state(id)).toMatchObject({ step: 2, steps: 4, round: 1, rounds: 1, sent: 1, of: 2 })
    target.say('not yet')
    await settle()
    expect(state(id)).toMatchObject({ step: 2 })
    target.say('200 OK')
    await settle()
    expect(state(id)).toMatchObject({ step: 3 })
    await clock.pass(500)
    expect(await runs.ended(id)).toMatchObject({ state: 'done', sent: 2 })
    expect(target.sent).toEqual(['USER a', '\0\xFF'])
    expect(target.listeners).toBe(0)
    expect(clock.next).toBeUndefined()
    expect(events).toEqual([
      { event: 'sequence', session: 1, name: 'login', state: 'begun', times: 1 },
      { event: 'sequence', session: 1, name: 'login', state: 'done', sent: 2 },
    ])
  })

  it('meets what came before it was waited for, and passes over what it did not wait for', async () => {
    const { play, target, runs } = createRuns()
    const id = play([
      { do: 'send', text: 'go' },
      { do: 'wait', text: 'B' },
      { do: 'wait', text: 'C' },
      { do: 'wait', text: 'A' },
    ])
    for (const said of ['A', 'B', 'C']) target.say(said)
    await settle()
    // The A was in front of the B that was waited for.
    expect(runs.all).toMatchObject([{ step: 4 }])
    target.say('A')
    expect(await runs.ended(id)).toMatchObject({ state: 'done' })
  })

  it('is taken again and again', async () => {
    const { play, target, runs, state } = createRuns()
    const id = play(
      [
        { do: 'send', text: 'x' },
        { do: 'wait', text: 'y' },
      ],
      3,
    )
    for (let round = 1; round <= 3; round++) {
      await settle()
      expect(state(id)).toMatchObject({ round, rounds: 3, sent: round, of: 3 })
      target.say('y')
    }
    expect(await runs.ended(id)).toMatchObject({ state: 'done', sent: 3 })
  })

  it('sends a saved message by its name, with its variables', async () => {
    const { play, target, runs } = createRuns()
    const asked: boolean[] = []
    const { send } = target
    target.send = (bytes, variables = false) => {
      asked.push(variables)
      return send.call(target, bytes)
    }
    const messages = [{ name: 'hello', text: '{{seq}}', variables: true }]
    const steps = [{ do: 'send', message: 'hello' }] as const
    expect(await runs.ended(play([...steps], 1, messages))).toMatchObject({ state: 'done' })
    expect([target.sent, asked]).toEqual([['{{seq}}'], [true]])
  })

  it.each([
    [{ do: 'send', message: 'none' }, 'step 2: there is no message none'],
    [{ do: 'send', hex: '0' }, 'step 2: 0 is no hex'],
    [{ do: 'wait', regex: '(' }, 'step 2: Invalid regular expression'],
  ] as const)('with a step that cannot be meant is refused: %j', (step, message) => {
    const { play, runs } = createRuns()
    expect(() => play([{ do: 'delay', ms: 0 }, step])).toThrow(message)
    expect(runs.all).toEqual([])
  })

  it('says which step has failed, and why', async () => {
    const { play, target, clock, runs, events } = createRuns()
    const id = play([
      { do: 'send', text: 'PING' },
      { do: 'wait', regex: '^PONG', within: 2_000 },
    ])
    await settle()
    target.say('no PONG')
    await clock.pass(1_999)
    expect(runs.all).toMatchObject([{ state: 'running' }])
    await clock.pass(1)
    const error = 'connection 1 did not say /^PONG/ within 2000 ms'
    expect(await runs.ended(id)).toMatchObject({ state: 'failed', step: 2, error })
    expect(events.at(-1)).toEqual({
      ...{ event: 'sequence', session: 1, name: 'login', state: 'failed', sent: 1 },
      ...{ step: 2, round: 1, error },
    })
  })

  it('waits for each of its connections, and fails when one of them is closed', async () => {
    const { play, target, runs, state } = createRuns(new ScriptedTarget({ count: 2 }))
    const id = play([
      { do: 'send', text: 'x' },
      { do: 'wait', text: 'y' },
      { do: 'wait', text: 'z' },
    ])
    await settle()
    target.say('y', 2)
    await settle()
    expect(state(id)).toMatchObject({ step: 2 })
    target.say('y', 1)
    await settle()
    expect(state(id)).toMatchObject({ step: 3 })
    target.say('z', 1)
    target.close(2)
    const error = 'connection 2 was closed before it said "z"'
    expect(await runs.ended(id)).toMatchObject({ state: 'failed', step: 3, error })
  })

  it('fails where no connection is open', async () => {
    const { play, target, runs } = createRuns()
    target.close(1)
    const error = 'no connection is open'
    const send = runs.ended(play([{ do: 'send', text: 'x' }]))
    expect(await send).toMatchObject({ state: 'failed', step: 1, error })
    const wait = runs.ended(play([{ do: 'wait', text: 'x' }]))
    expect(await wait).toMatchObject({ state: 'failed', step: 1, error })
  })

  it('is stopped in each of its steps', async () => {
    const { play, runs, clock, target } = createRuns()
    target.isFull = true
    const ids = [
      play([{ do: 'send', text: 'x' }]),
      play([{ do: 'wait', text: 'x' }]),
      play([{ do: 'delay', ms: 9_000 }]),
    ]
    await settle()
    for (const id of ids) runs.end(id)
    const ends = await Promise.all(ids.map((id) => runs.ended(id)))
    expect(ends.map(({ state, error }) => [state, error])).toEqual(
      ids.map(() => ['stopped', undefined]),
    )
    expect([clock.next, target.listeners]).toEqual([undefined, 0])
  })

  it('that only turns round and round leaves time for all else, and is stopped', async () => {
    const { play, runs } = createRuns()
    const id = play([{ do: 'send', text: 'x' }], 1_000_000)
    await settle()
    runs.end(id)
    const { state, sent } = await runs.ended(id)
    expect(state).toBe('stopped')
    expect(sent).toBeLessThan(1_000)
  })
})

describe('what is waited for', () => {
  it('may come in several pieces where the connection has no framing', async () => {
    const { play, target, runs, state } = createRuns(new ScriptedTarget({ isRaw: true }))
    const id = play([
      { do: 'wait', text: 'PONG' },
      { do: 'wait', hex: '0d0a' },
      { do: 'wait', regex: '\\d\\n' },
    ])
    await settle()
    target.say('..PO')
    target.say('NG\r')
    await settle()
    expect(state(id)).toMatchObject({ step: 2 })
    target.say('\n1')
    await settle()
    expect(state(id)).toMatchObject({ step: 3 })
    target.say('\n')
    expect(await runs.ended(id)).toMatchObject({ state: 'done' })
  })

  it('is in one message where it has one', async () => {
    const { play, target, runs } = createRuns()
    const id = play([{ do: 'wait', text: 'PONG', within: 10 }])
    await settle()
    target.say('PO')
    target.say('NG')
    await settle()
    expect(runs.all).toMatchObject([{ state: 'running' }])
    runs.end(id)
  })

  it('is kept up to 64 KiB until it is waited for, the last of it', async () => {
    const { play, target, runs, clock } = createRuns()
    const id = play([
      { do: 'delay', ms: 1 },
      { do: 'wait', text: 'early', within: 10 },
    ])
    target.say('early')
    target.say('x'.repeat(40_000))
    target.say('y'.repeat(30_000))
    await clock.pass(11)
    expect(await runs.ended(id)).toMatchObject({ state: 'failed', step: 2 })
  })

  it('is kept up to 4,096 messages, which may have no bytes', async () => {
    const { play, target, runs, clock } = createRuns()
    const steps = [
      { do: 'delay', ms: 1 },
      { do: 'wait', text: 'early', within: 10 },
    ] as const
    const kept = play([...steps])
    target.say('early')
    for (let count = 1; count < 4_096; count++) target.say('')
    await clock.pass(11)
    expect(await runs.ended(kept)).toMatchObject({ state: 'done' })
    const dropped = play([...steps])
    target.say('early')
    for (let count = 1; count <= 4_096; count++) target.say('')
    await clock.pass(11)
    expect(await runs.ended(dropped)).toMatchObject({ state: 'failed', step: 2 })
  })

  it('leaves nothing at its connection that grows with each wait', async () => {
    const { play, target, runs } = createRuns()
    const id = play([{ do: 'wait', text: 'x' }], 100)
    for (let count = 0; count < 100; count++) {
      target.say('x')
      await settle()
    }
    expect(await runs.ended(id)).toMatchObject({ state: 'done', round: 100 })
    expect(target.connections()[0]?.closed.watchers).toBe(1)
  })

  it('with an expression that takes for ever fails in time', async () => {
    const { play, target, runs } = createRuns()
    const id = play([{ do: 'wait', regex: '(a+)+$' }])
    await settle()
    target.say(`${'a'.repeat(60)}b`)
    const error = 'its expression takes too long: write a simpler one'
    expect(await runs.ended(id)).toMatchObject({ state: 'failed', step: 1, error })
  })

  it('is of 64 connections at most', async () => {
    const { play, runs } = createRuns(new ScriptedTarget({ count: 65 }))
    const ended = runs.ended(play([{ do: 'wait', text: 'x' }]))
    expect(await ended).toMatchObject({ state: 'failed', error: expect.stringMatching(/65/) })
  })
})
