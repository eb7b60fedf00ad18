import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nameOf, readDocuments } from './support/markdown.js'
import { ROOT, runNode } from './support/programs.js'

const documents = readDocuments()
const blocks = documents.flatMap((document) => document.blocks)

it('every document that a newcomer looks for is there', () => {
  const paths = documents.map(({ path }) => path)
  expect(paths).toEqual(
    expect.arrayContaining([
      'ARCHITECTURE.md',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'ERRORS.md',
      'LIMITS.md',
      'README.md',
      'docs/README.md',
      'docs/benchmarks.md',
      'docs/connecting.md',
      'docs/connections.md',
      'docs/clients.md',
      'docs/framings.md',
      'docs/from-node-net.md',
      'docs/groups.md',
      'docs/listening.md',
      'docs/observing.md',
      'docs/production.md',
      'docs/protocols.md',
      'docs/runtimes.md',
      'docs/session-log.md',
      'docs/streams.md',
      'docs/testing.md',
      'docs/redis-in-an-afternoon.md',
      'docs/timeouts-and-retries.md',
      'docs/proxy-protocol.md',
      'packages/cli/README.md',
      'packages/hawser/README.md',
      'packages/nats/README.md',
    ]),
  )
})

it('the first 40 lines of the README have the two commands, a server and a client', () => {
  const readme = documents.find(({ path }) => path === 'README.md')
  const early = readme?.blocks.filter(({ line, text }) => line + text.split('\n').length - 1 <= 40)
  expect(early?.map(({ language, marks }) => [language, ...marks].join(' '))).toEqual([
    'sh',
    'text',
    'ts serve',
    'ts run',
  ])
  for (const command of ['npm start', 'npm test']) expect(early?.[0]?.text).toContain(command)
})

it('every guide is in the index of the guides', () => {
  const index = documents.find(({ path }) => path === 'docs/README.md')
  const listed = new Set(index?.links.map(({ target }) => target))
  const guides = documents.filter(({ path }) => path.startsWith('docs/') && path !== index?.path)
  expect(guides.filter(({ path }) => !listed.has(path.slice(5))).map(({ path }) => path)).toEqual(
    [],
  )
})

it('every code block says its language, and it is one that is checked here or needs no check', () => {
  const known = new Set(['ts', 'json', 'sh', 'text', 'mermaid', 'ini', 'haproxy', 'yaml', 'python'])
  expect(blocks.filter(({ language }) => !known.has(language)).map(nameOf)).toEqual([])
})

it('TypeScript in the documents carries no mark that means nothing', () => {
  const marks = new Set(['aside', 'continues', 'run', 'serve'])
  const strange = blocks
    .filter(({ language }) => language === 'ts')
    .filter((block) => block.marks.some((mark) => !marks.has(mark)))
  expect(strange.map(nameOf)).toEqual([])
})

describe('JSON in the documents', () => {
  const json = blocks.filter(({ language }) => language === 'json')
  it('can be parsed, line by line where each line is a value', () => {
    for (const block of json) {
      const texts = block.marks.includes('lines') ? block.text.trim().split('\n') : [block.text]
      for (const text of texts)
        expect({ [nameOf(block)]: isJson(text) }).toEqual({ [nameOf(block)]: true })
    }
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('commands in the documents', () => {
  const commands = blocks
    .filter(({ language }) => language === 'sh')
    .flatMap((block) => {
      const lines = block.text.replaceAll('\\\n', ' ').split('\n')
      return (
        lines
          .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
          .filter((line) => line !== '')
          // What is in quotes is for the program, and not for the shell.
          .map((line) => line.replaceAll(/'[^']*'/g, "'…'"))
          .flatMap((line) => line.split(/\s*(?:\||&&|;)\s*/))
          .map((command) => ({ command, name: nameOf(block) }))
      )
    })

  it('name programs that are ours, or that everybody has', () => {
    const foreign = new Set([
      ...['cd', 'curl', 'echo', 'git', 'jq', 'nc', 'printf', 'telnet', 'tr'],
      ...['redis-benchmark', 'redis-cli', 'redis-server'],
    ])
    const ours = /^(?:npm|npx|node|hawser)\b/
    const strange = commands.filter(
      ({ command }) => !ours.test(command) && !foreign.has(command.split(' ')[0] ?? ''),
    )
    expect(strange).toEqual([])
  })

  it('npm commands name scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    const builtin = new Set(['ci', 'install', 'pack'])
    const missing = commands.filter(({ command }) => {
      const [, verb = '', name = ''] = /^npm (?:-\S+ )*(\S+)(?: (\S+))?/.exec(command) ?? []
      if (verb === '' || builtin.has(verb)) return false
      return scripts[verb === 'run' ? name : verb] === undefined
    })
    expect(missing).toEqual([])
  })

  it('node commands name files whose sources exist', () => {
    const files = commands.flatMap(({ command, name }) => {
      const [, file] = /^node (\S+\.js)\b/.exec(command) ?? []
      return file === undefined ? [] : [{ file, name }]
    })
    const sourceOf = (file: string): string => file.replace('/dist/', '/').replace(/\.js$/, '.ts')
    expect(
      files.filter(
        ({ file }) => ![file, sourceOf(file)].some((path) => existsSync(join(ROOT, path))),
      ),
    ).toEqual([])
  })

  it('hawser commands name verbs and flags that exist', async () => {
    const calls = commands.flatMap(({ command, name }) => {
      const words = command.replace(/^npx --no /, '').replace(/^npm start --/, 'hawser serve')
      const [program, verb = '', ...rest] = words.split(/\s+/)
      if (program !== 'hawser') return []
      const flags = rest.flatMap((word) => /^(-{1,2}[a-z][a-z-]*)/.exec(word)?.[1] ?? [])
      return [{ verb, flags, name }]
    })
    const verbs = [...new Set(calls.map(({ verb }) => verb))].filter(
      (verb) => !verb.startsWith('-'),
    )
    const help = new Map<string, string>()
    for (const verb of verbs) {
      const { code, stdout } = await runNode(['packages/cli/bin/hawser.js', verb, '--help'])
      expect({ verb, code }).toEqual({ verb, code: 0 })
      help.set(verb, stdout)
    }
    const unknown = calls.flatMap(({ verb, flags, name }) =>
      flags
        .filter((flag) => !new RegExp(`(^|[\\s,])${flag}\\b`, 'm').test(help.get(verb) ?? ''))
        .map((flag) => `${name}: ${verb} ${flag}`),
    )
    expect(unknown).toEqual([])
  })
})

it('every link leads to a file or a heading that exists', () => {
  const anchors = new Map(documents.map((document) => [document.path, document.anchors]))
  const broken = documents
    .flatMap(({ links }) => links)
    .filter(({ document, target }) => {
      if (/^[a-z]+:/.test(target)) return false
      const [file = '', anchor] = target.split('#')
      const path = file === '' ? document : normalize(join(dirname(document), file))
      if (!existsSync(join(ROOT, path))) return true
      return anchor !== undefined && anchors.get(path)?.has(anchor) !== true
    })
  expect(broken).toEqual([])
})
