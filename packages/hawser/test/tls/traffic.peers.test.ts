import { createServer, lines } from 'hawser'
import { describe, expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { closeAtEnd, nextConnection, portOf } from '../server/support/serving.js'
import { siteTls } from './support/identities.js'
import { startClient } from './support/openssl.js'

describe('what goes wrong under TLS after the handshake', () => {
  itPeer(
    'openssl',
    'a client that wants to negotiate again is cut off, with the reason',
    async (openssl) => {
      const server = createServer({ framing: lines(), tls: await siteTls() })
      closeAtEnd(server)
      const accepted = nextConnection(server)
      await server.listen({ host: '127.0.0.1', port: 0 })
      const client = startClient(openssl, portOf(server), '-tls1_2')
      const connection = await accepted
      client.type('R\n')
      const { error } = await connection.closed
      expect(error?.message).toMatch(
        /^TLS ended the connection: the peer asked for another handshake/,
      )
      await client.ended
    },
  )
})
