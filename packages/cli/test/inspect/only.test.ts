import type { SeenConnection } from '@hawser/inspect'
import { expect, it } from 'vitest'
import { isAmong, parseOnly } from '../../src/inspect/watch/only.js'
import { splitPlace } from '../../src/inspect/watch/place.js'

const database = {
  role: 'connect',
  host: 'DB.example:5432',
  local: '10.0.0.1:40000',
  remote: '10.0.0.2:5432',
  thread: { pid: 4711 },
} as SeenConnection
const unix = { role: 'accept', path: '/run/app.sock', thread: { pid: 4712 } } as SeenConnection

it.each([
  ['port=5432', true, false],
  ['port=40000', true, false],
  ['port=543', false, false],
  ['host=db.example', true, false],
  ['host=10.0.0.2', true, false],
  ['host=db', false, false],
  ['pid=4711', true, false],
  ['role=connect', true, false],
  ['role=accept,path=/run/app.sock', false, true],
  ['port=5432,role=accept', false, false],
  [' port = 5432 , role = connect ', true, false],
])('--only %s', (text, isDatabase, isUnix) => {
  const only = [parseOnly(text)]
  expect([isAmong(database, only), isAmong(unix, only)]).toEqual([isDatabase, isUnix])
})

it('any of several may hold, and without one all are shown', () => {
  const only = [parseOnly('port=1'), parseOnly('pid=4712')]
  expect([isAmong(database, only), isAmong(unix, only)]).toEqual([false, true])
  expect(isAmong(database, undefined)).toBe(true)
})

it.each([
  ['5432', /5432 is not NAME=VALUE: write port=5432/],
  ['port=', /port= is not NAME=VALUE/],
  ['=1', /is not NAME=VALUE/],
  ['prot=1', /knows no prot: did you mean port\?/],
  ['constructor=1', /knows no constructor/],
  ['port=http', /port=http is no number/],
  ['role=client', /no role client: write accept, connect, adopt/],
])('--only %s is refused', (text, message) => {
  expect(() => parseOnly(text)).toThrow(message)
})

it.each([
  ['127.0.0.1:80', { host: '127.0.0.1', port: 80 }],
  ['[::1]:80', { host: '::1', port: 80 }],
  ['db.example:5432', { host: 'db.example', port: 5432 }],
  ['/run/app.sock', undefined],
])('the parts of %s', (place, parts) => {
  expect(splitPlace(place)).toEqual(parts)
})
