import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs as times } from '../../../../test/support/property-runs.js'
import { Desk } from '../../src/desk/desk.js'
import { SavedItems } from '../../src/saved/saved-items.js'
import { Runs } from '../../src/sequences/runs.js'
import { SessionList } from '../../src/sessions/session-list.js'
import { createSheet } from '../../src/sheet/create-sheet.js'
import { DeskTest, FakePage } from '../support/desk.js'
import { plainTools } from '../support/tools.js'

const small = fc.integer({ min: 0, max: 4 })
const optional = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined })
const pattern = fc.oneof(
  fc.record({
    as: fc.constant('text'),
    text: fc.constantFrom('a', 'note'),
    anyCase: optional(fc.boolean()),
  }),
  fc.record({ as: fc.constant('hex'), hex: fc.constantFrom('61', '6', 'zz') }),
  fc.record({ as: fc.constant('regex'), regex: fc.constantFrom('a+', '(', '.') }),
)
/** Most do not exist. */
const anyRow = fc.oneof(small, fc.constantFrom(2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER, 2 ** 60))
const framing = fc.constantFrom(undefined, 'raw', 'lines', 'none')
const definition = fc.oneof(
  fc.record({
    kind: fc.constant('server'),
    name: fc.constant('s'),
    listen: fc.constantFrom('127.0.0.1:0', 'nonsense', 'fd:99'),
    framing,
    respond: fc.constantFrom(undefined, 'echo', 'chat'),
    maxFrame: fc.constantFrom(undefined, 0, 100),
  }),
  fc.record({
    kind: fc.constant('client'),
    name: fc.constant('c'),
    connect: fc.constantFrom('127.0.0.1:1', 'nonsense'),
    framing,
    reconnect: fc.constantFrom(undefined, true),
  }),
  fc.record({
    kind: fc.constant('proxy'),
    name: fc.constant('p'),
    listen: fc.constant('127.0.0.1:0'),
    target: fc.constant('127.0.0.1:1'),
  }),
  fc.record({
    kind: fc.constant('replay'),
    name: fc.constant('r'),
    listen: fc.constant('127.0.0.1:0'),
    path: fc.constantFrom('/none', '/'),
  }),
  fc.record({ kind: fc.constant('file'), name: fc.constant('f'), path: fc.constant('/none') }),
)

const name = fc.constantFrom('a', 'b', '/')
const kind = fc.constantFrom('message', 'sequence')
const step = fc.oneof(
  fc.record({ do: fc.constant('send'), text: fc.string() }),
  fc.record({ do: fc.constant('send'), message: name }),
  fc.record({ do: fc.constant('wait'), regex: fc.constantFrom('a', '('), within: small }),
  fc.record({ do: fc.constant('delay'), ms: small }),
)
const sequence = fc.record({ name, steps: fc.array(step, { maxLength: 3 }), times: small })

/** A request of each kind, most of which mean something. */
const request = fc.oneof(
  fc.record({ do: fc.constant('hello') }),
  fc.record({ do: fc.constant('start'), definition }),
  fc.record({ do: fc.constantFrom('stop', 'remove'), session: small }),
  fc.record({ do: fc.constant('restart'), session: small, definition: optional(definition) }),
  fc.record({ do: fc.constant('copy'), session: small, as: fc.constantFrom('command', 'code') }),
  fc.record({ do: fc.constant('parse'), line: fc.string() }),
  fc.record({ do: fc.constant('send'), session: small, bytes: fc.base64String() }),
  fc.record({
    do: fc.constant('act'),
    session: small,
    connection: small,
    act: fc.constantFrom('pause', 'resume', 'end', 'close', 'reset'),
  }),
  fc.record({ do: fc.constant('limit'), session: small, maxConnections: small }),
  fc.record({ do: fc.constant('faults'), session: small, faults: fc.array(fc.string()) }),
  fc.record({ do: fc.constant('connections'), session: small, most: small }),
  fc.record({
    do: fc.constant('note'),
    text: fc.string(),
    row: optional(anyRow),
    session: optional(small),
    log: optional(small),
  }),
  fc.record({
    do: fc.constant('bookmark'),
    row: anyRow,
    on: fc.boolean(),
    session: optional(small),
    log: optional(small),
  }),
  fc.record({
    do: fc.constant('responders'),
    session: small,
    responders: fc.array(
      fc.record({ name, match: pattern, do: fc.constantFrom('drop', 'close', 'reply') }),
      { maxLength: 2 },
    ),
  }),
  fc.record({
    do: fc.constant('export'),
    view: small,
    as: fc.constantFrom('text', 'jsonl', 'pcapng', 'hawser'),
  }),
  fc.record({ do: fc.constant('export-next') }),
  fc.record({
    do: fc.constant('open-view'),
    view: small,
    filter: fc.oneof(
      fc.constant({}),
      fc.record({ session: small }),
      fc.record({ pattern }),
      fc.record({ hide: fc.array(pattern, { maxLength: 2 }) }),
    ),
    log: optional(small),
    messages: optional(fc.boolean()),
    framing: optional(fc.constantFrom('lines', 'none', './mine.mjs')),
  }),
  fc.record({ do: fc.constant('close-view'), view: small }),
  fc.record({ do: fc.constant('rows'), view: small, from: anyRow, count: small }),
  fc.record({ do: fc.constant('bytes'), view: small, row: anyRow, from: optional(anyRow) }),
  fc.record({ do: fc.constant('locate'), view: small, row: anyRow, isOfLog: fc.boolean() }),
  fc.record({
    do: fc.constant('find'),
    view: small,
    pattern,
    from: anyRow,
    backwards: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('repeat'),
    session: small,
    bytes: fc.base64String(),
    every: fc.constantFrom(0, 1, 10),
    times: optional(small),
  }),
  fc.record({ do: fc.constant('play'), session: small, sequence }),
  fc.record({ do: fc.constant('end-run'), run: small }),
  fc.record({ do: fc.constant('keep-sequence'), sequence, was: optional(name) }),
  fc.record({
    do: fc.constant('keep-message'),
    message: fc.record({ name, text: fc.string() }),
    was: optional(name),
  }),
  fc.record({ do: fc.constant('forget-saved'), kind, name }),
  fc.record({ do: fc.constant('move-saved'), kind, name, to: small }),
  fc.record({ do: fc.constant('cancel'), request: fc.integer({ min: 0, max: 40 }) }),
  // What is none, and has a number.
  fc.dictionary(fc.string(), fc.jsonValue()),
)

it('whatever is asked, and in whichever order, each request has one reply', async () => {
  const { log, file } = await DeskTest.create()
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 40 }), async (requests) => {
      const onNotice = (): void => undefined
      const sessions = new SessionList({ tools: plainTools, log, onNotice })
      const sheet = createSheet()
      const page = new FakePage()
      const runs = new Runs({
        targetOf: (session, to) => sessions.target(session, to),
        watch: (listener) => sessions.watch(listener),
        log,
      })
      const saved = new SavedItems(
        { messages: [], sequences: [] },
        { write: () => Promise.resolve() },
      )
      const room = {
        tools: plainTools,
        sessions,
        runs,
        saved,
        sheet,
        log,
        file,
        project: undefined,
      }
      const desk = new Desk(page, room)
      for (const [id, asked] of requests.entries()) desk.receive(JSON.stringify({ ...asked, id }))
      const replies = await Promise.all(requests.map((_, id) => page.reply(id)))
      expect(replies).toHaveLength(requests.length)
      const numbers = [...page.frames, ...page.got.filter((said) => 'id' in said)].map(
        ({ id }) => id,
      )
      expect(new Set(numbers).size).toBe(numbers.length)
      desk.close()
      await runs.close()
      await sessions.close()
      await sheet.close()
    }),
    times(200),
  )
})
