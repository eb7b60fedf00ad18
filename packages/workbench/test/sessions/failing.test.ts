import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { FailedTries } from '../../src/sessions/kinds/failed-tries.js'
import { createList } from '../support/sessions.js'

type Both = Awaited<ReturnType<typeof createList>>

async function failures(both: Both): Promise<object[]> {
  const rows = await both.rows()
  return rows.flatMap(({ event }) => (event?.event === 'failed' ? [event] : []))
}

/** Nothing listens at the port of tcpmux (RFC 1078). */
const connect = '127.0.0.1:1'

it('what could not start says why in the log, each time that it was tried', async () => {
  const both = await createList()
  const client = await both.list.start({ kind: 'client', name: 'c', connect, connections: 3 })
  const [state] = both.list.all
  expect(state?.state).toBe('failed')
  const failed = { event: 'failed', session: client, error: state?.error }
  expect(failed.error).toContain('nothing listens there')
  expect(await failures(both)).toEqual([failed])
  await both.list.restart(client)
  expect(await failures(both)).toEqual([failed, failed])

  const server = { kind: 'server', name: 's', listen: '127.0.0.1:0' } as const
  const first = await both.list.start(server)
  const [taken = ''] = both.list.all.find(({ id }) => id === first)?.addresses ?? []
  const second = await both.list.start({ ...server, listen: taken })
  const { error } = await both.until(second, (now) => now.state === 'failed')
  expect(await failures(both)).toEqual([
    failed,
    failed,
    { event: 'failed', session: second, error },
  ])
  expect(error).toContain('something already listens there')
})

it('what was stopped before it could start has not failed', async () => {
  const both = await createList()
  const silent = createServer((socket) => void socket.on('error', () => undefined).resume())
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void silent.close())
  const { port } = silent.address() as AddressInfo
  const isThere = once(silent, 'connection')
  const to = `127.0.0.1:${port}`
  const started = both.list.start({ kind: 'client', name: 'c', connect: to, tls: true })
  await isThere
  await both.list.stop(both.list.all[0]?.id ?? 0)
  await started
  expect(await failures(both)).toEqual([])
})

it('a client that goes on trying says so in the log, not each time', async () => {
  const both = await createList()
  const id = await both.list.start({ kind: 'client', name: 'c', connect, reconnect: true })
  const error: unknown = expect.stringContaining('nothing listens there')
  await expect
    .poll(async () => (await failures(both)).slice(0, 2), { timeout: 60_000 })
    .toEqual([
      { event: 'failed', session: id, error, tries: 1 },
      { event: 'failed', session: id, error, tries: 2 },
    ])
  await both.list.stop(id)
  expect(both.notices).toHaveLength((await failures(both)).length)
})

it('however long a client tries, and whatever the reasons are, few rows come of it', () => {
  const tries = new FailedTries()
  const said = Array.from({ length: 1_000 }, () => tries.count('nothing listens there'))
  expect(said.filter(Boolean)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
  expect(tries.count('another reason')).toBe(1)
  const reasons = Array.from({ length: 100_000 }, (_, number) => tries.count(`reason ${number}`))
  expect(reasons.filter(Boolean)).toHaveLength(14 + 17)
  tries.clear()
  expect(tries.count('nothing listens there')).toBe(1)
})
