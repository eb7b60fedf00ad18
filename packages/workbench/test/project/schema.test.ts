import { Ajv } from 'ajv'
import { safeParse } from 'valibot'
import { expect, it } from 'vitest'
import { projectFiles, type ProjectFolder } from '../../src/protocol/project.js'
import { schemaOf } from '../support/schema.js'

const folders = Object.keys(projectFiles) as ProjectFolder[]

it.each(folders)('the schema that is shipped says what %s/ is checked by', async (folder) => {
  const text = `${JSON.stringify(schemaOf(folder), undefined, 2)}\n`
  await expect(text).toMatchFileSnapshot(`../../schema/${folder}.schema.json`)
})

const name = 'a'
const server = { name, listen: '127.0.0.1:0' }
const client = { name, connect: '127.0.0.1:1' }
const proxy = { name, listen: '1', target: '2' }
const cases: readonly (readonly [ProjectFolder, unknown, boolean])[] = [
  ['servers', server, true],
  ['servers', { ...server, $schema: 'server.schema.json', start: false, tls: true }, true],
  ['servers', { ...server, tls: { cert: 'a.pem', key: 'b.pem' } }, true],
  ['servers', { ...server, tls: { cert: 'a.pem' } }, false],
  ['servers', { ...server, kind: 'server' }, false],
  ['servers', { ...server, lisen: 1 }, false],
  ['servers', { name }, false],
  ['servers', { ...server, name: '../a' }, false],
  ['servers', { ...server, name: '中文 é-1' }, true],
  ['servers', { ...server, maxConnections: -1 }, false],
  ['servers', { ...server, maxConnections: 1.5 }, false],
  ['servers', { ...server, respond: 'shout' }, false],
  ['servers', { ...server, expect: { text: 'a' } }, false],
  ['servers', [server], false],
  ['servers', null, false],
  [
    'servers',
    {
      ...server,
      responders: [{ name: 'r', match: { as: 'text', text: 'a' }, do: 'drop' }],
    },
    true,
  ],
  [
    'servers',
    { ...server, responders: [{ name: 'r', match: { as: 'text', text: 'a' }, do: 'reply' }] },
    false,
  ],
  ['clients', client, true],
  ['clients', { ...client, expect: { text: 'a', within: 100 } }, true],
  ['clients', { ...client, expect: { text: 'a', hex: '61' } }, false],
  ['clients', { ...client, expect: { within: 1 } }, false],
  ['clients', { ...client, connections: 0 }, false],
  ['proxies', proxy, true],
  ['proxies', { ...proxy, faults: ['drop=1', 2] }, false],
  ['messages', { name, text: 'a' }, true],
  ['messages', { name, hex: '61', to: 'b', expect: { regex: '^a$' } }, true],
  ['messages', { name }, false],
  ['messages', { name, text: 'a', hex: '61' }, false],
  ['sequences', { name, steps: [{ do: 'send', text: 'a' }] }, true],
  [
    'sequences',
    {
      name,
      steps: [
        { do: 'wait', hex: '61' },
        { do: 'delay', ms: 1 },
      ],
    },
    true,
  ],
  ['sequences', { name, steps: [{ do: 'send', message: 'a', text: 'b' }] }, false],
  ['sequences', { name, steps: [{ do: 'wait' }] }, false],
  ['sequences', { name, steps: [{ do: 'delay' }] }, false],
  ['sequences', { name, steps: [] }, false],
  ['sequences', { name, times: 0, steps: [{ do: 'send', text: 'a' }] }, false],
]

it.each(cases)('schema and validator agree on %s %j: %j', (folder, value, isRight) => {
  const ajv = new Ajv({ strict: false, unicodeRegExp: true })
  const ofSchema = ajv.validate(schemaOf(folder), value)
  expect([safeParse(projectFiles[folder], value).success, ofSchema]).toEqual([isRight, isRight])
})
