import { connect, lines } from 'hawser'
import { expect, it } from 'vitest'
import { loopback, portOf, serve } from '../../server/support/serving.js'
import { forbidStrayErrors } from '../support/strays.js'

forbidStrayErrors()

it('a peer that resets ends no process, though nothing listens to the errors of its stream', async () => {
  const server = await serve<string, string>(
    { framing: lines() },
    { message: (connection) => connection.reset() },
  )
  const client = await connect({ ...loopback, port: portOf(server) }, { framing: lines() })
  const stream = client.duplex()
  stream.resume()
  stream.write('hello')
  expect((await client.closed).reason).toBe('reset')
  while (!stream.closed) await new Promise(setImmediate)
  expect(stream.errored).toMatchObject({ code: 'HAWSER_CONNECTION_RESET' })
})
