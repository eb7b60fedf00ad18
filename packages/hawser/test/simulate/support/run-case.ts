import { simulate, type SimulateOptions } from 'hawser/simulate'
import { type Transport, type TransportCase } from 'hawser/testing'

/** Run one case of the conformance suite between two hosts. */
export async function runCase(
  each: TransportCase,
  network: SimulateOptions['network'],
): Promise<void> {
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
}
