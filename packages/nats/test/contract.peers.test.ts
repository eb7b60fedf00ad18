import { describePeer } from '../../../test/support/peers.js'
import { describeBackplane } from '../../hawser/test/server/support/backplane-contract.js'
import type { NatsBackplane } from '../src/index.js'
import { NatsServer } from '../../../test/support/nats-server.js'
import { makeNode, settle } from './support/nodes.js'

describePeer('nats-server', 'NATS', (program) => {
  let nodes: NatsBackplane[] = []
  describeBackplane(
    'natsBackplane',
    async (count) => {
      const { address } = await NatsServer.start(program)
      nodes = await Promise.all(Array.from({ length: count }, () => makeNode({ servers: address })))
      return nodes
    },
    () => settle(nodes),
  )
})
