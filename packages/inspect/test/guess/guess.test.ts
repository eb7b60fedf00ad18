import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'
import { guessProtocol } from '../../src/guess/guess.js'
import { beginnings } from './beginnings.js'

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const nothing = new Uint8Array()

describe('what real programs begin with', () => {
  for (const { name, from, client = '', server = '', port } of beginnings) {
    it(`${name ?? 'nothing known'}: ${from}`, () => {
      const first = { client: bytesOf(client), server: bytesOf(server), port }
      expect(guessProtocol(first)).toBe(name)
    })
  }
})

it('a port alone is no guess', () => {
  for (const port of [21, 25, 502, 3306, 5432, 6379]) {
    expect(guessProtocol({ client: nothing, server: nothing, port })).toBeUndefined()
  }
})

it('bytes behind the first 64 change nothing', () => {
  const request = bytesOf(`${'x'.repeat(64)}*1\r\n$4\r\nPING\r\n`)
  expect(guessProtocol({ client: request, server: nothing })).toBeUndefined()
  const megabyte = Buffer.concat([bytesOf('*1\r\n$4\r\nPING\r\n'), Buffer.alloc(1_000_000)])
  expect(guessProtocol({ client: megabyte, server: nothing })).toBe('Redis')
})

it('no bytes throw, neither random ones nor real ones that were damaged and cut', () => {
  const names = new Set([...beginnings.map(({ name }) => name), undefined])
  const known = beginnings.flatMap(({ client, server }) => [client ?? '', server ?? ''])
  const real = fc.constantFrom(...known).map((text) => Uint8Array.from(bytesOf(text)))
  const damaged = fc
    .tuple(real, fc.nat(70), fc.nat(70), fc.nat(255))
    .map(([bytes, end, at, byte]) => {
      const cut = bytes.slice(0, end)
      if (at < cut.length) cut[at] = byte
      return cut
    })
  const some = fc.oneof(fc.uint8Array({ maxLength: 80 }), damaged)
  const port = fc.option(fc.nat(65_535), { nil: undefined })
  fc.assert(
    fc.property(some, some, port, (client, server, number) => {
      expect(names).toContain(guessProtocol({ client, server, port: number }))
    }),
    runs(20_000),
  )
})
