import { createServer } from 'node:net'
import { once } from 'node:events'
import { connect } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { createList } from '../support/sessions.js'

type Both = Awaited<ReturnType<typeof createList>>

/** A server with a port of its own, which it has again when it is started once more. */
async function startServer({ list, until }: Both): Promise<{ id: number; listen: string }> {
  const id = await list.start({ kind: 'server', name: 'one', listen: '127.0.0.1:0' })
  const { addresses } = await until(id, ({ state }) => state === 'running')
  const [listen = ''] = addresses
  await list.restart(id, { kind: 'server', name: 'one', listen })
  return { id, listen }
}

/** Whether anything listens there. */
async function isOpen(place: string): Promise<boolean> {
  const connection = await connect(place).catch(() => undefined)
  await connection?.close()
  return connection !== undefined
}

it('two pages that start a server again at once have one that runs', async () => {
  const both = await createList()
  const { id, listen } = await startServer(both)
  await Promise.all([both.list.restart(id), both.list.restart(id), both.list.restart(id)])
  expect(both.list.all).toMatchObject([{ state: 'running', addresses: [listen] }])
  await both.list.stop(id)
  expect(await isOpen(listen)).toBe(false)
})

it('a server that is removed while it is started again is gone', async () => {
  const both = await createList()
  const { id, listen } = await startServer(both)
  await Promise.all([both.list.restart(id), both.list.remove(id)])
  expect(both.list.all).toEqual([])
  expect(await isOpen(listen)).toBe(false)
})

it('the last word is what counts: stopped while it is started again, it is stopped', async () => {
  const both = await createList()
  const { id, listen } = await startServer(both)
  await Promise.all([both.list.restart(id), both.list.stop(id)])
  expect(both.list.all).toMatchObject([{ state: 'stopped', addresses: [] }])
  await Promise.all([both.list.stop(id), both.list.restart(id)])
  expect(both.list.all).toMatchObject([{ state: 'running', addresses: [listen] }])
})

it('a server that is closing when it is started again has its port', async () => {
  const both = await createList()
  const { id, listen } = await startServer(both)
  const stopped = both.list.stop(id)
  await both.list.restart(id)
  await stopped
  expect(both.list.all).toMatchObject([{ state: 'running', addresses: [listen] }])
})

it('a client that is stopped while it connects gives up, and is stopped', async () => {
  const both = await createList()
  // It accepts and says nothing: TLS never begins.
  const silent = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void silent.close())
  await once(silent, 'listening')
  const { port } = silent.address() as { readonly port: number }
  const reached = once(silent, 'connection')
  const started = both.list.start({
    kind: 'client',
    name: 'us',
    connect: `tls://127.0.0.1:${port}`,
  })
  const [peer] = (await reached) as [NodeJS.EventEmitter]
  const gone = once(
    peer.on('error', () => undefined),
    'close',
  )
  const [first] = both.list.all
  await both.list.stop(first?.id ?? 0)
  await started
  await gone
  expect(both.list.all).toMatchObject([{ state: 'stopped', error: undefined }])
})
