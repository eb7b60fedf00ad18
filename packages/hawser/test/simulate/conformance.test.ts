import { simulate } from 'hawser/simulate'
import { type Transport, transportCases } from 'hawser/testing'
import { describe, expectTypeOf, it } from 'vitest'
import type { SocketTransport } from '../../src/socket/socket-transport.js'
import type { SimulatedTransport } from '../../src/simulate/network/simulated-transport.js'

const ways = {
  'a good way': {},
  'a long way': { latency: 50, jitter: 50 },
  'a bad way': { latency: 10, loss: 0.3, chunkSize: 7 },
} as const

describe.each(Object.entries(ways))(
  'a connection of a simulated network, over %s',
  (_way, network) => {
    it.each(transportCases().map((each) => [each.name, each] as const))(
      '%s',
      async (_case, each) => {
        await simulate({ seed: 1, hosts: ['left', 'right'], network }, (world) =>
          each.run(async () => {
            const place = { kind: 'tcp', host: 'right', port: 8_000 } as const
            let accept: (transport: Transport) => void = () => undefined
            const arrived = new Promise<Transport>((resolve) => (accept = resolve))
            const listener = await world
              .host('right')
              .options.network.listen(place, ({ transport }) => accept(transport))
            const left = await world.host('left').options.network.dial(place)
            const right = await arrived
            const dispose = async (): Promise<void> => {
              listener.close()
              left.reset()
              right.reset()
            }
            return { left, right, dispose }
          }),
        )
      },
    )
  },
)

it('has whatever a connection uses of a socket', () => {
  type Surface = Pick<SocketTransport, keyof SocketTransport & keyof Transport>
  expectTypeOf<Exclude<keyof Surface, keyof SimulatedTransport>>().toBeNever()
  expectTypeOf<SimulatedTransport['write']>().parameters.toExtend<
    Parameters<Surface['write']> | [Parameters<Surface['write']>[0]]
  >()
})
