import { expect, it } from 'vitest'
import type { Definition } from '../../src/protocol/definition.js'
import { createList } from '../support/sessions.js'

async function copy(definition: Definition, as: 'command' | 'code'): Promise<string> {
  const { list } = await createList()
  return list.copy(list.add(definition), as)
}

const proxy = { kind: 'proxy', name: 'p', listen: '127.0.0.1:1', target: '127.0.0.1:2' } as const
const client = { kind: 'client', name: 'c', connect: '127.0.0.1:1' } as const

it('code says which faults are not in it, and nothing that a fault says is code', async () => {
  expect(await copy(proxy, 'code')).not.toContain('without')
  expect(await copy({ ...proxy, faults: ['drop=0.1'] }, 'code')).toMatch(
    /\n\/\/ without its fault \(drop=0\.1\)\n$/,
  )
  const faults = ['drop=0.1', 'a\nprocess.exit()\u2028process.exit()']
  expect(await copy({ ...proxy, faults }, 'code')).toMatch(
    /\n\/\/ without its faults \(drop=0\.1, a process\.exit\(\) process\.exit\(\)\)\n$/,
  )
})

it('a command says how many connections it does not make', async () => {
  expect(await copy(client, 'command')).toBe('hawser client c')
  expect(await copy({ ...client, connections: 4 }, 'command')).toBe(
    'hawser client c # without 3 more of its connections',
  )
})

it('code says how the files of the development certificate are made', async () => {
  const made = '// Make the two files with: hawser cert --out .\n'
  const server = { kind: 'server', name: 's', listen: '127.0.0.1:1' } as const
  for (const definition of [
    { ...server, tls: true },
    { ...proxy, tlsIn: true },
  ]) {
    const code = await copy(definition, 'code')
    expect(code.startsWith(made)).toBe(true)
    expect(code).toContain("readFileSync('hawser-cert.pem')")
  }
  const own = { cert: 'a.pem', key: 'b.pem' }
  expect(await copy({ ...server, tls: own }, 'code')).not.toContain(made)
})
