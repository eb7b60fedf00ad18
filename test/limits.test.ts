import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCodes } from 'hawser'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { readDocument } from './support/markdown.js'
import { ROOT } from './support/programs.js'

const source = (path: string): string =>
  readFileSync(join(ROOT, 'packages/hawser/src', path), 'utf8')

/** What the docstring of every option that is a number says, by the option's name. */
const docstrings = new Map([
  ...readOptions('connection/options/connection-options.ts', 'ConnectionOptions'),
  ...readOptions('connection/options/timeouts.ts', 'ConnectionTimeouts'),
  ...readOptions('socket/socket-options.ts', 'SocketOptions'),
  ...readOptions('framing/formats/custom.ts', 'FramingDefinition'),
  ...readOptions('framing/frame-limits.ts', 'FrameLimits'),
  ...readOptions('framing/formats/json/json-values.ts', 'JsonValuesOptions'),
  ...readOptions('framing/combinators/sniff.ts', 'SniffOptions'),
  ...readOptions('server/server-options.ts', 'ServerOptions'),
  ...readOptions('server/serve-requests.ts', 'ServeRequestsOptions'),
  ...readOptions('connection/server-face.ts', 'CloseOptions'),
  ...readOptions('client/dial/dial-options.ts', 'DialOptions'),
  ...readOptions('tls.ts', 'TlsServerOptions'),
  ...readOptions('tls.ts', 'TlsSessionsOptions'),
  ...readOptions('server/accept/proxy-trust.ts', 'ProxyProtocolOptions'),
  ...readOptions('client/steady/client-options.ts', 'ClientOptions'),
  ...readOptions('client/exchange-options.ts', 'ExchangeOptions'),
  ...readOptions('client/pool/pool-options.ts', 'PoolOptions', 'pool: '),
  ...readOptions('client/exchange-options.ts', 'ExchangeOptions', 'pool: '),
  ...readOptions('workers/primary/workers-options.ts', 'WorkersOptions', 'workers: '),
  ...readOptions('workers/primary/scrapes.ts', 'WorkersMetricsOptions', 'workers: '),
  ...readOptions('log/writer/log-options.ts', 'LogOptions', 'log: '),
])
// Numbers that limit nothing.
for (const name of ['localPort', 'family', 'random', 'silence', 'pool: min', 'workers: count']) {
  docstrings.delete(name)
}

/** @param prefix for those whose names others have as well */
function readOptions(path: string, name: string, prefix = ''): [string, string][] {
  const file = ts.createSourceFile(path, source(path), ts.ScriptTarget.Latest, true)
  const found = file.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  )
  if (found === undefined) throw new Error(`${path} has no ${name}`)
  return found.members
    .filter(ts.isPropertySignature)
    .filter(({ type }) => /\bnumber\b|^4/.test(type?.getText() ?? ''))
    .map((member) => {
      const comments = ts.getJSDocCommentsAndTags(member).map((comment) => comment.getText())
      return [prefix + member.name.getText(), comments.join(' ').replaceAll(/\s*\n\s*\*?\s*/g, ' ')]
    })
}

interface Row {
  option: string
  default: string
  cells: string[]
}

/** What stands in front of options whose names others have as well, by the section they are in. */
const prefixes = new Map([
  ['One pool', 'pool: '],
  ['Many workers', 'workers: '],
  ['One session log', 'log: '],
])

const rows: Row[] = readDocument('LIMITS.md')
  .text.split(/^(?=## )/m)
  .flatMap((section) => {
    const prefix = prefixes.get(/^## (.+)\n/.exec(section)?.[1] ?? '') ?? ''
    return section
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .filter((cells) => /^`\w+`$/.test(cells[1] ?? ''))
      .map((cells) => ({
        option: prefix + (cells[1]?.slice(1, -1) ?? ''),
        default: cells[3] ?? '',
        cells,
      }))
  })

it('every option that is a limit is in LIMITS.md, and no other', () => {
  expect(rows.map(({ option }) => option).toSorted()).toEqual([...docstrings.keys()].toSorted())
})

it.each(rows)('the default of $option is the one that its docstring names', (row) => {
  const plain = (text: string): string => text.replaceAll(/(\d)[ ,](?=\d{3})/g, '$1')
  const words = row.default === 'off' ? '`Infinity`' : plain(row.default)
  expect(plain(docstrings.get(row.option) ?? '')).toMatch(
    new RegExp(`Default ${words}\\b|Default ${words}[,;. ]`),
  )
})

describe('what is reached', () => {
  const [, union = ''] =
    /export type EndingCode =(.*?)\n\n/s.exec(source('connection/end/close-info.ts')) ?? []
  const codes = [...union.matchAll(/'HAWSER_([A-Z_]+)'/g)].map(([, code = '']) => code)
  const reasons = new Set(codes.map((code) => code.toLowerCase().replaceAll('_', '-')))

  it.each(rows)('$option names reasons and codes that exist', ({ cells }) => {
    for (const [, word = ''] of cells
      .slice(6, -1)
      .join(' ')
      .matchAll(/`([A-Z_]{6,}|[a-z]+-[a-z-]+)`/g)) {
      const exists = word.startsWith('HAWSER_') ? word in errorCodes : reasons.has(word)
      expect({ word, exists }).toEqual({ word, exists: true })
    }
  })
})
