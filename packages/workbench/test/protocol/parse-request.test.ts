import { expect, it } from 'vitest'
import { parseRequest } from '../../src/protocol/parse-request.js'

const mebibyte = 1024 * 1024

function send(bytes: string): string {
  return JSON.stringify({ id: 1, do: 'send', session: 1, bytes })
}

it.each([0, 1, 2, 3, 100, mebibyte, 11 * mebibyte])('%i bytes can be sent', (size) => {
  const bytes = Buffer.alloc(size, 0xfb).toString('base64')
  expect(parseRequest(send(bytes))).toEqual({
    request: { id: 1, do: 'send', session: 1, bytes },
  })
})

it.each([
  'A',
  'AA',
  'AAA',
  'AA=A',
  '====',
  'A===',
  '=AAA',
  'AAAA=',
  'AA==AAAA',
  'AA A',
  'AAA-',
  'AAAé',
])('what is no base64 is refused: %s', (bytes) => {
  expect(parseRequest(send(bytes))).toEqual({ id: 1, message: 'bytes: bytes are base64' })
})

it('more than can be sent is refused', () => {
  const parsed = parseRequest(send('A'.repeat(16 * mebibyte + 4)))
  expect(parsed).toMatchObject({ id: 1, message: expect.stringContaining('16777216') as string })
})

const long = JSON.stringify('y'.repeat(12 * mebibyte))
const started = (more: string): string => `{"id":1,"do":"start","definition":{${more}}}`

it.each([
  ['brackets', '['.repeat(8 * mebibyte)],
  ['a deep list', `{"id":1,"do":"stop","session":${'['.repeat(1e6)}${']'.repeat(1e6)}}`],
  ['a name', started(`"kind":"server","listen":"1","name":${long}`)],
  ['an endpoint', started(`"kind":"server","name":"a","listen":${long}`)],
  ['a kind', started(`"kind":${long}`)],
  ['what to do', `{"id":1,"do":${long}}`],
  ['a key', `{"id":1,"do":"hello",${long}:1}`],
  ['a number', `{"id":1,"do":"stop","session":${'9'.repeat(mebibyte)}}`],
  ['base64 that is none', send('='.repeat(12 * mebibyte))],
])('%s of any size is refused with a few words, and does not throw', (_, text) => {
  const parsed = parseRequest(text)
  expect(parsed).toHaveProperty('message')
  expect(JSON.stringify(parsed).length).toBeLessThan(1_000)
})
