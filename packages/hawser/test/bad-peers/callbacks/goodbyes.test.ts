import { connect, lines, type ServerConnection } from 'hawser'
import { expect, it } from 'vitest'
import { loopback, portOf, serve } from '../../server/support/serving.js'
import { forbidStrayErrors } from '../support/strays.js'
import { until } from './walk.js'

forbidStrayErrors()

it('a goodbye at a connection that we have ended, while its peer ends too, is no failure', async () => {
  const told: unknown[] = []
  let leave = (): void => undefined
  const held = new Promise<void>((resolve) => (leave = resolve))
  const server = await serve<string, string>(
    { framing: lines(), onError: (error) => void told.push(error) },
    async (connection) => {
      await connection.end()
      await held
    },
  )
  const client = await connect({ ...loopback, port: portOf(server) }, { framing: lines() })
  for await (const _ of client) continue
  const rejections: unknown[] = []
  const onDrain = async (connection: ServerConnection<string, string>): Promise<void> => {
    await connection.send('bye').catch((error: unknown) => {
      rejections.push(error)
      throw error
    })
  }
  const closing = server.close({ drain: 60_000, onDrain })
  await client.end()
  await until(() => rejections.length > 0)
  leave()
  expect(await closing).toEqual({ drained: 1, forced: 0 })
  expect(rejections).toMatchObject([{ code: 'HAWSER_CONNECTION_ENDED' }])
  expect(told).toEqual([])
})
