import { expect, it } from 'vitest'
import { readRequestTarget } from '../../src/proxy/api/request-target.js'

it.each([
  ['/proxies', 'a', { host: 'a', path: '/proxies' }],
  ['/proxies', undefined, { host: undefined, path: '/proxies' }],
  [
    'http://localhost:8474/proxies?x',
    'evil.example',
    { host: 'localhost:8474', path: '/proxies?x' },
  ],
  ['HTTP://evil.example', 'localhost', { host: 'evil.example', path: '/' }],
  ['https://a?x', 'b', { host: 'a', path: '/?x' }],
  ['http:///proxies', 'localhost', { host: '', path: '/proxies' }],
  ['//evil.example/proxies', 'localhost', { host: 'localhost', path: '//evil.example/proxies' }],
])('%s beside the host %s', (target, host, read) => {
  expect(readRequestTarget(target, host)).toEqual(read)
})
