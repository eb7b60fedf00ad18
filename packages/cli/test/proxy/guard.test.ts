import { expect, it } from 'vitest'
import { findRefusal } from '../../src/proxy/api/guard.js'
import { isLoopback, isSamePlace } from '../../src/proxy/api/places.js'

it.each([
  undefined,
  '',
  'evil.example',
  '127.0.0.1.evil.example',
  '1.2.3.4.5',
  'local host',
  '[::1',
])('the host %j is refused', (host) => {
  const request = { host, origin: undefined, userAgent: 'curl' }
  expect(findRefusal(request, ['toxiproxy'])).toMatch(/^the host .* is not allowed: /)
})

it.each(['localhost', 'LocalHost:8474', '127.0.0.1', '10.0.0.1:1', '[::1]:8474', 'toxiproxy:1'])(
  'the host %j is let in',
  (host) => {
    const request = { host, origin: undefined, userAgent: undefined }
    expect(findRefusal(request, ['toxiproxy'])).toBeUndefined()
  },
)

it.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  [undefined, false],
  ['0.0.0.0', false],
  ['::', false],
  ['127.evil.example', false],
  ['localhost.evil.example', false],
])('%j is the loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})

it('localhost and its address are one place, and another port is not', () => {
  expect(isSamePlace('localhost:80', '127.0.0.1:80')).toBe(true)
  expect(isSamePlace('tcp://localhost:80', 'localhost:80')).toBe(true)
  expect(isSamePlace('localhost:80', '127.0.0.1:81')).toBe(false)
})
