import { type Transport, transportCases } from 'hawser/testing'
import { describe, expectTypeOf, it } from 'vitest'
import type { SocketTransport } from '../../src/socket/socket-transport.js'
import type { SecurableTransport } from '../../src/simulate/network/securable-transport.js'
import { runCase } from './support/run-case.js'

describe('a connection of a simulated network', () => {
  it.each(transportCases().map((each) => [each.name, each] as const))('%s', async (_case, each) => {
    await runCase(each, {})
  })
})

it('has whatever a connection uses of a socket', () => {
  type Surface = Pick<SocketTransport, keyof SocketTransport & keyof Transport>
  expectTypeOf<Exclude<keyof Surface, keyof SecurableTransport>>().toBeNever()
  expectTypeOf<SecurableTransport['write']>().parameters.toExtend<
    Parameters<Surface['write']> | [Parameters<Surface['write']>[0]]
  >()
})
