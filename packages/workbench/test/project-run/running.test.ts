import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { connect } from 'hawser'
import { openLog } from 'hawser/log'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { runProject, type RunProjectOptions } from '../../src/project-run/run-project.js'
import type { RunEvent } from '../../src/project-run/run-report.js'
import { plainTools } from '../support/tools.js'

const server = { name: 'echo', listen: 'unix:e.sock', respond: 'echo', framing: 'lines' }
const client = { name: 'caller', connect: 'unix:e.sock', framing: 'lines' }
const both = { 'servers/e.json': server, 'clients/c.json': client }

function createProject(files: Readonly<Record<string, object>>): string {
  const folder = createFolder()
  for (const [file, value] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), JSON.stringify(value))
  }
  return folder
}

/** Run a project, and hear what happens. */
function run(
  files: Readonly<Record<string, object>>,
  more: Partial<RunProjectOptions> & { readonly heard?: (event: RunEvent) => void } = {},
) {
  const { heard, ...options } = more
  const events: RunEvent[] = []
  const folder = createProject(files)
  const report = runProject({
    tools: plainTools,
    folder,
    signal: new AbortController().signal,
    onEvent(event) {
      events.push(event)
      heard?.(event)
    },
    ...options,
  })
  return { report, events, folder }
}

it('what is expected comes: of a client, a message and a sequence', async () => {
  const { report, events } = run({
    ...both,
    'servers/e.json': { ...server, greeting: 'WELCOME' },
    'clients/c.json': { ...client, expect: { regex: 'WEL.OME' } },
    'messages/ping.json': { name: 'ping', text: 'PING', to: 'caller', expect: { text: 'PING' } },
    'messages/idle.json': { name: 'idle', text: 'never sent', to: 'caller' },
    'sequences/s.json': {
      name: 'twice',
      to: 'caller',
      times: 2,
      steps: [
        { do: 'send', hex: '61 62' },
        { do: 'wait', hex: '6162' },
      ],
    },
    'sequences/unused.json': { name: 'unused', steps: [{ do: 'wait', text: 'never' }] },
  })
  const { isOk, outcomes, sessions } = await report
  expect(outcomes.map(({ kind, name, isMet }) => `${kind} ${name} ${isMet}`)).toEqual(
    expect.arrayContaining(['client caller true', 'message ping true', 'sequence twice true']),
  )
  expect(isOk).toBe(true)
  expect(sessions.map(({ definition: { name } }) => name)).toEqual(['echo', 'caller'])
  expect(events.filter(({ event }) => event === 'started').length).toBe(2)
})

it.each([
  [
    'a client that gets something else',
    { 'clients/c.json': { ...client, expect: { text: 'HI', within: 20 } } },
    /did not come within 20 ms/,
  ],
  [
    'a message with another reply',
    {
      'messages/m.json': { name: 'm', text: 'a', to: 'caller', expect: { text: 'b', within: 20 } },
    },
    /^step 2: .*20 ms/,
  ],
  [
    'a message through what is not there',
    { 'messages/m.json': { name: 'm', text: 'a', to: 'none', expect: { text: 'b' } } },
    /there is no server or client none: mend its to/,
  ],
  [
    'a message that is no hex',
    { 'messages/m.json': { name: 'm', hex: 'xyz', to: 'caller', expect: { text: 'b' } } },
    /xyz is no hex/,
  ],
  [
    'a sequence with a message that is not there',
    { 'sequences/m.json': { name: 'm', to: 'caller', steps: [{ do: 'send', message: 'none' }] } },
    /step 1: there is no message none/,
  ],
])('it fails with why: %s', async (_, files, why) => {
  const { report } = run({ ...both, ...files })
  const { isOk, outcomes } = await report
  expect(isOk).toBe(false)
  expect(outcomes).toMatchObject([{ isMet: false, error: expect.stringMatching(why) }])
})

it('what cannot start is said, and nothing is played then', async () => {
  const { report, events } = run({
    'clients/c.json': { ...client, connect: 'unix:none.sock' },
    'messages/m.json': { name: 'm', text: 'a', to: 'caller', expect: { text: 'a' } },
  })
  expect(await report).toMatchObject({ isOk: false, outcomes: [] })
  expect(events).toMatchObject([
    { event: 'failed', session: { definition: { name: 'caller' }, error: expect.any(String) } },
  ])
})

it('one file that is wrong: nothing is started', async () => {
  const { report, events } = run({ ...both, 'messages/m.json': { name: 'm' } })
  await expect(report).rejects.toMatchObject({
    code: 'WORKBENCH_NOT_NOW',
    message: 'messages/m.json write one of text and hex',
  })
  expect(events).toEqual([])
})

it('without expectations it runs until it is ended, and that is well', async () => {
  const over = new AbortController()
  const { report, folder } = run(both, {
    signal: over.signal,
    heard: ({ event }) => {
      if (event === 'started') over.abort()
    },
  })
  expect(await report).toMatchObject({ isOk: true, outcomes: [] })
  expect(existsSync(join(folder, 'e.sock'))).toBe(false)
})

it('it goes on for others until it is ended, and what is not known by then is not met', async () => {
  const over = new AbortController()
  const visit = async (address: string): Promise<void> => {
    for (let count = 0; count < 10; count++) {
      const other = await connect(address)
      await other.close()
    }
    over.abort()
  }
  const steps = [{ do: 'wait', text: 'x', within: 3_600_000 }]
  const { report } = run(
    { ...both, 'sequences/s.json': { name: 's', to: 'caller', steps } },
    {
      signal: over.signal,
      // More than a timer of Node.js can wait.
      for: 2 ** 31,
      heard: (event) => {
        if (event.event !== 'started' || event.session.definition.name !== 'echo') return
        visit(event.session.addresses[0] ?? '').catch(() => over.abort())
      },
    },
  )
  const { isOk, outcomes, sessions } = await report
  expect(isOk).toBe(false)
  expect(outcomes).toMatchObject([{ name: 's', isMet: false, error: 'the run ended before' }])
  expect(sessions[0]?.accepted).toBe(11)
})

it('its time ends it', async () => {
  const { report } = run(both, { for: 1 })
  expect((await report).outcomes).toEqual([])
})

it('one that is ended before it has begun ends, and is not well', async () => {
  const { report } = run(
    { 'clients/c.json': { ...client, expect: { text: 'a' } }, 'servers/e.json': server },
    { signal: AbortSignal.abort() },
  )
  expect((await report).isOk).toBe(false)
})

it('what is kept from starting is left out', async () => {
  const { report, events } = run({
    ...both,
    'clients/no.json': {
      name: 'no',
      connect: 'unix:none.sock',
      start: false,
      expect: { text: 'a' },
    },
    'messages/m.json': { name: 'm', text: 'a', to: 'caller', expect: { text: 'a' } },
  })
  expect(await report).toMatchObject({ isOk: true, outcomes: [{ name: 'm' }] })
  expect(JSON.stringify(events)).not.toContain('none.sock')
})

it('a log is written', async () => {
  const file = join(createFolder(), 'run.hawser')
  const { report } = run(
    {
      ...both,
      'messages/m.json': { name: 'm', text: 'hello', to: 'caller', expect: { text: 'h' } },
    },
    { log: file },
  )
  await report
  await using log = await openLog(file)
  const said: string[] = []
  for await (const { kind, data } of log.rows()) {
    if (kind !== 'event') said.push(Buffer.from(data).toString())
  }
  expect(said.join('')).toBe('hello\n'.repeat(4))
})
