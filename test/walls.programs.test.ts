import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFolder } from './support/folders.js'
import { type Ended, ROOT, runNode } from './support/programs.js'

const LIBRARY = 'packages/hawser/src'

const lib = (path: string): string => `${LIBRARY}/${path}`

function checkWalls(files: Record<string, string>): Promise<Ended> {
  const manifest = JSON.stringify({ exports: { '.': {}, './testing': {} } })
  const root = createFolder({ 'packages/hawser/package.json': manifest, ...files })
  return runNode([join(ROOT, 'scripts/walls.mjs'), '--root', root])
}

function lintFile(path: string, text: string): Promise<Ended> {
  return lintFiles({ [path]: text })
}

function lintFiles(files: Record<string, string>): Promise<Ended> {
  const root = createFolder(files)
  copyFileSync(join(ROOT, '.oxlintrc.json'), join(root, '.oxlintrc.json'))
  return runNode([join(ROOT, 'node_modules/oxlint/bin/oxlint')], { cwd: root })
}

describe('the walls stop', () => {
  const forbidden: [string, string, string][] = [
    ['framing from node:net', lib('framing/a.ts'), `import net from 'node:net'`],
    ['framing from node:buffer', lib('framing/b.ts'), `import { Buffer } from 'node:buffer'`],
    ['framing from connection', lib('framing/c.ts'), `import { a } from '../connection/b.js'`],
    ['framing from policy', lib('framing/d.ts'), `import { a } from '../policy/b.js'`],
    ['proxy-protocol from socket', lib('proxy-protocol/an.ts'), `import '../socket/b.js'`],
    ['proxy-protocol from node:net', lib('proxy-protocol/ao.ts'), `import 'node:net'`],
    ['policy from observe', lib('policy/e.ts'), `import { a } from '../observe/b.js'`],
    ['policy from node:timers', lib('policy/f.ts'), `import 'node:timers'`],
    ['observe from connection', lib('observe/g.ts'), `import { a } from '../connection/b.js'`],
    ['errors from transport', lib('errors.ts'), `import type { a } from './transport.js'`],
    ['transport from node:net', lib('transport.ts'), `import type { Socket } from 'node:net'`],
    ['socket from framing', lib('socket/h.ts'), `import { a } from '../framing/b.js'`],
    ['socket from connection', lib('socket/i.ts'), `import { a } from '../connection/b.js'`],
    ['connection from socket', lib('connection/j.ts'), `import { a } from '../socket/b.js'`],
    ['connection from node:net', lib('connection/k.ts'), `import type net from 'node:net'`],
    ['connection from server', lib('connection/l.ts'), `import { a } from '../server/b.js'`],
    ['server from client', lib('server/m.ts'), `import { a } from '../client/b.js'`],
    ['client from server', lib('client/n.ts'), `import { a } from '../server/b.js'`],
    ['client from node:tls', lib('client/o.ts'), `import tls from 'node:tls'`],
    ['testing from server', lib('testing/p.ts'), `import { a } from '../server/b.js'`],
    ['any folder from index', lib('server/q.ts'), `import { a } from '../index.js'`],
    ['a package', lib('server/r.ts'), `import chalk from 'chalk'`],
    ['a builtin without node:', lib('socket/s.ts'), `import net from 'net'`],
    ['a folder without a row', lib('helpers/t.ts'), `import { a } from '../errors.js'`],
    ['leaving the package', lib('server/u.ts'), `import { a } from '../../../cli/src/main.js'`],
    ['a re-export', lib('framing/v.ts'), `export { a } from '../connection/b.js'`],
    ['a star re-export', lib('framing/w.ts'), `export * from '../connection/b.js'`],
    ['a dynamic import', lib('framing/x.ts'), `await import('../connection/b.js')`],
    ['an import inside a type', lib('framing/y.ts'), `type A = import('node:net').Socket`],
    ['a computed import', lib('framing/z.ts'), `await import('node:' + 'net')`],
    ['require', lib('framing/aa.ts'), `const net = require('node:net')`],
    ['process.getBuiltinModule', lib('server/ab.ts'), `process.getBuiltinModule('node:net')`],
    ['createRequire', lib('server/ac.ts'), `const load = createRequire(import.meta.url)`],
    ['a triple-slash reference', lib('framing/ad.ts'), `/// <reference types="node" />`],
    ['the command from dist', 'packages/cli/src/ae.ts', `import 'hawser/dist/index.js'`],
    ['the command from src', 'packages/cli/src/af.ts', `import '../../hawser/src/index.js'`],
    ['the command from node:net', 'packages/cli/src/ag.ts', `import net from 'node:net'`],
    ['the command from node:http', 'packages/cli/src/al.ts', `import http from 'node:http'`],
    ['metrics from connection', lib('metrics/am.ts'), `import { a } from '../connection/b.js'`],
    [
      'the monitor from node:net',
      'packages/hawser/src/metrics/http/page-server.ts',
      `import 'node:net'`,
    ],
    ['an example from node:net', 'examples/ah.ts', `import net from 'node:net'`],
    ['an example from src', 'examples/ai.ts', `import '../packages/hawser/src/index.js'`],
    ['a benchmark from the command', 'bench/aj.ts', `import '../packages/cli/src/main.js'`],
    ['a wing without a row', lib('socket/secret/ap.ts'), `export const a = 1`],
    ['a wing inside a wing without a row', lib('socket/tls/secret/aq.ts'), `export const a = 1`],
    ['a wing from a wing it does not see', lib('socket/tls/ar.ts'), `import '../proxy/route.js'`],
    ['a wing from a file it does not see', lib('socket/tls/as.ts'), `import '../endpoint.js'`],
    [
      'a wing from a room that is not in its row',
      lib('socket/tls/at.ts'),
      `import '../../tunnel/b.js'`,
    ],
    [
      'a wing from a builtin that is not in its row',
      lib('connection/end/au.ts'),
      `import 'node:timers'`,
    ],
    ['a file of a room from a wing above it', lib('framing/av.ts'), `import './formats/lines.js'`],
    ['a room through no door', lib('server/aw.ts'), `import '../socket/tls/handshake.js'`],
    [
      'a room through a closed wing',
      lib('connection/ax.ts'),
      `import type { A } from '../testing/peer/b.js'`,
    ],
    ['output from serve', 'packages/cli/src/output/ay.ts', `import '../serve/serve.js'`],
    [
      'arguments from connect',
      'packages/cli/src/arguments/az.ts',
      `import '../connect/options.js'`,
    ],
    ['connect from serve', 'packages/cli/src/connect/ba.ts', `await import('../serve/serve.js')`],
    ['a folder of the command without a row', 'packages/cli/src/helpers/bb.ts', `import 'node:fs'`],
    ['a package without a table', 'packages/helpers/src/bc.ts', `import 'hawser'`],
    ['a test from another package', 'packages/cli/test/ak.ts', `import '../../hawser/src/a.js'`],
  ]

  // One run sees all of them: each is in a file of its own, and each must be named.
  let outcome: Promise<Ended> | undefined
  const checkAll = (): Promise<Ended> => {
    const files = forbidden.map(([, path, text]) => [path, `${text}\n`])
    return (outcome ??= checkWalls(Object.fromEntries(files)))
  }

  it.each(forbidden)('%s', async (_name, path) => {
    const { stderr } = await checkAll()
    const lines = stderr.split('\n').filter((line) => line.startsWith(`${path}:1: `))
    expect(lines).toHaveLength(1)
  })

  it('and say so by their count and their exit code', async () => {
    const { code, stdout } = await checkAll()
    expect(stdout).toContain(`${forbidden.length} breaches`)
    expect(code).toBe(1)
  })
})

it('the walls let through what the table allows', async () => {
  const { code, stderr } = await checkWalls({
    [`${LIBRARY}/framing/a.ts`]: `import { a } from './b.js'\nimport { c } from '../errors.js'`,
    [`${LIBRARY}/socket/a.ts`]: `import net from 'node:net'\nimport '../observe/b.js'`,
    [`${LIBRARY}/connection/a.ts`]: `import { Duplex } from 'node:stream'\nimport '../framing/b.js'`,
    [`${LIBRARY}/server/a.ts`]: `import { EventEmitter } from 'node:events'\nimport '../socket/endpoint.js'`,
    [`${LIBRARY}/index.ts`]: `export { a } from './client/dial/connect.js'`,
    [`${LIBRARY}/socket/b.ts`]: `import './tls/a.js'`,
    [`${LIBRARY}/socket/tls/a.ts`]: `import '../fast-read.js'\nimport '../../errors.js'\nimport 'node:tls'`,
    [`${LIBRARY}/framing/formats/a.ts`]: `import '../framing.js'`,
    [`${LIBRARY}/client/a.ts`]: `import '../socket/tls/tls-sessions.js'\nimport '../framing/formats/raw.js'`,
    'packages/cli/src/serve/serve.ts': `import '../output/sink.js'\nimport 'commander'`,
    'packages/hawser/src/metrics/http/page-server.ts': `import 'node:http'`,
    'packages/cli/src/serve/a.ts': `import 'hawser'\nimport 'hawser/testing'\nimport 'node:fs'`,
    'packages/cli/test/a.test.ts': `import '../../../test/support/peers.js'\nimport '../src/a.js'`,
  })
  expect(stderr).toBe('')
  expect(code).toBe(0)
})

describe('a file of a package', () => {
  const long = (lines: number): string => 'export {}\n'.repeat(lines)

  it('of more than 300 lines fails', async () => {
    const { code, stderr } = await checkWalls({
      [lib('server/long.ts')]: long(301),
      [lib('server/whole.ts')]: long(300),
      'packages/cli/src/serve/long.ts': long(301),
      'packages/cli/test/long.test.ts': long(301),
    })
    const named = stderr.split('\n').filter((line) => line.includes('has 301 lines'))
    expect(named.map((line) => line.split(':')[0])).toEqual([
      'packages/cli/src/serve/long.ts',
      lib('server/long.ts'),
    ])
    expect(code).toBe(1)
  })
})

it('an empty tree is no proof and fails', async () => {
  const { code } = await runNode([join(ROOT, 'scripts/walls.mjs'), '--root', createFolder()])
  expect(code).toBe(1)
})

describe('the linter stops, where code must stay pure,', () => {
  const uses = ['Buffer.alloc(1)', 'process.exit()', 'setTimeout(String)', 'Date.now()']

  it.each(uses)('%s in framing, policy and proxy-protocol', async (use) => {
    for (const folder of ['framing', 'policy', 'proxy-protocol']) {
      const { code, stdout } = await lintFile(`${LIBRARY}/${folder}/a.ts`, `${use}\n`)
      expect(stdout).toContain('no-restricted-globals')
      expect(code).toBe(1)
    }
  })

  it('but not in connection', async () => {
    const { code, stdout } = await lintFile(`${LIBRARY}/connection/a.ts`, 'setTimeout(String)\n')
    expect(stdout).not.toContain('no-restricted-globals')
    expect(code).toBe(0)
  })
})

describe('the linter stops a circle', () => {
  const home = { library: lib('server'), command: 'packages/cli/src/serve', tests: 'test/faults' }

  it.each(Object.entries(home))('of types alone in the %s', async (_name, folder) => {
    const { code, stdout } = await lintFiles({
      [`${folder}/a.ts`]: `import type { B } from './b.js'\nexport type A = { readonly b: B }\n`,
      [`${folder}/b.ts`]: `import type { C } from './c.js'\nexport type B = { readonly c: C }\n`,
      [`${folder}/c.ts`]: `import type { A } from './a.js'\nexport type C = { readonly a: A }\n`,
    })
    expect(stdout).toContain('import(no-cycle)')
    expect(code).toBe(1)
  })
})

it('the compiler knows nothing of Node where code must stay pure', async () => {
  const root = createFolder({
    [`${LIBRARY}/framing/a.ts`]: 'export const size: number = globalThis.Buffer.poolSize\n',
    'tsconfig.base.json': '{}',
  })
  for (const file of ['tsconfig.base.json', 'packages/hawser/tsconfig.pure.json']) {
    mkdirSync(join(root, 'packages/hawser'), { recursive: true })
    copyFileSync(join(ROOT, file), join(root, file))
  }
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const { code, stdout } = await runNode([tsc, '-p', 'packages/hawser/tsconfig.pure.json'], {
    cwd: root,
  })
  expect(stdout).toContain("'typeof globalThis' has no index signature")
  expect(code).not.toBe(0)
})
