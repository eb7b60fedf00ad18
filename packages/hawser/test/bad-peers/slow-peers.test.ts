import { connect, lines } from 'hawser'
import { ScriptedPeer, VirtualClock } from 'hawser/testing'
import { expect, it } from 'vitest'
import { serve } from '../server/support/serving.js'
import { forbidStrayErrors } from './support/strays.js'
import { until } from '../../../../test/support/until.js'

forbidStrayErrors()

it('500 slowlorises are cut off by name, and others are served meanwhile', async () => {
  const clock = new VirtualClock()
  const reasons = new Map<string, number>()
  const server = await serve(
    { framing: lines(), frameTimeout: 5_000, clock },
    {
      message: (connection, line) => connection.send(line.toUpperCase()),
      close: (_connection, { reason }) => void reasons.set(reason, (reasons.get(reason) ?? 0) + 1),
    },
  )
  const slow: ScriptedPeer[] = []
  for (let each = 0; each < 500; each += 1) {
    slow.push(await ScriptedPeer.connect(server.address()))
  }
  const normal = await connect(server.address() as never, { framing: lines() })
  const answers = normal[Symbol.asyncIterator]()

  for (let second = 0; second < 20; second += 1) {
    const before = server.info().bytesRead
    await Promise.all(slow.map((peer) => peer.send('x')))
    await normal.send(`line ${second}`)
    expect(await answers.next()).toMatchObject({ value: `LINE ${second}` })
    await until(() => server.info().bytesRead >= before + slow.length)
    await clock.advance(1_000)
  }
  for (const peer of slow) peer.end()
  await until(() => server.connections.size === 1)
  expect([...reasons]).toEqual([['rate-timeout', 500]])
  normal.reset()
})
