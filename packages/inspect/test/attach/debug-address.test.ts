import { expect, it } from 'vitest'
import { expectedDebugAddress } from '../../src/attach/debug-address.js'

const where = (args: string, nodeOptions?: string): string => {
  const variables = nodeOptions === undefined ? [] : ['PATH=/bin', `NODE_OPTIONS=${nodeOptions}`]
  const { host, port, isOpen } = expectedDebugAddress(['node', ...args.split(' ')], variables)
  return `${host} ${port}${isOpen ? ' open' : ''}`
}

it('without flags it is the port that Node.js documents', () => {
  expect(where('app.js')).toBe('127.0.0.1 9229')
  expect(where('app.js', '--enable-source-maps')).toBe('127.0.0.1 9229')
})

it('a flag says another, in each of its forms', () => {
  expect(where('--inspect-port=9300 app.js')).toBe('127.0.0.1 9300')
  expect(where('--inspect-port 9300 app.js')).toBe('127.0.0.1 9300')
  expect(where('--debug-port=0 app.js')).toBe('127.0.0.1 0')
  expect(where('--inspect-port=0.0.0.0:9300 app.js')).toBe('0.0.0.0 9300')
  expect(where('--inspect-port=[::1]:9300 app.js')).toBe('[::1] 9300')
  expect(where('--inspect-port=192.168.0.1 app.js')).toBe('192.168.0.1 9229')
})

it('a program that was started for a debugger has it open', () => {
  expect(where('--inspect app.js')).toBe('127.0.0.1 9229 open')
  expect(where('--inspect=9300 app.js')).toBe('127.0.0.1 9300 open')
  expect(where('--inspect-brk=localhost:9300 app.js')).toBe('localhost 9300 open')
  expect(where('--inspect-wait --inspect-port=9300 app.js')).toBe('127.0.0.1 9300 open')
  expect(where('--inspect-publish-uid=http app.js')).toBe('127.0.0.1 9229')
})

it('a flag counts more than NODE_OPTIONS, and both count', () => {
  expect(where('app.js', '--inspect-port=9300')).toBe('127.0.0.1 9300')
  expect(where('--inspect-port=9400 app.js', '--inspect-port=9300')).toBe('127.0.0.1 9400')
})

it('what stands behind the name of the program is for the program', () => {
  expect(where('app.js --inspect-port=9300')).toBe('127.0.0.1 9229')
  expect(where('-r ./setup.js --inspect-port=9300 app.js')).toBe('127.0.0.1 9300')
})
