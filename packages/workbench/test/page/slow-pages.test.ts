import { expect, it } from 'vitest'
import { until } from '../../../../test/support/until.js'
import { Served } from '../support/page.js'

const piece = 'x'.repeat(256 * 1024)

it('what a page does not read makes it full, and it has room again when it reads', async () => {
  const served = await Served.start()
  const page = await served.open()
  const [socket] = served.opened
  expect(socket?.isFull).toBe(false)
  page.pause()
  while (socket?.isFull === false) {
    socket.send(piece)
    await new Promise(setImmediate)
  }
  let hasRoom = false
  void socket?.room().then(() => (hasRoom = true))
  await new Promise(setImmediate)
  expect(hasRoom).toBe(false)
  page.resume()
  await socket?.room()
  expect(socket?.isFull).toBe(false)
})

it('a page that asks and never reads is given up', async () => {
  const said: string[] = []
  const served = await Served.start({ noticed: (why) => said.push(why) })
  const page = await served.open()
  const [socket] = served.opened
  page.pause()
  let sent = 0
  while (served.server.pages === 1) {
    socket?.send(piece)
    sent += piece.length
    expect(sent).toBeLessThan(64 * 1024 * 1024)
    await new Promise(setImmediate)
  }
  // Who waits for room goes on, and what is sent to one that has gone is left out.
  await socket?.room()
  socket?.send(piece)
  expect(said).toEqual([expect.stringContaining('left 8388608 bytes of replies unread')])
})

it('a page that shows no sign of life in four looks is given up', async () => {
  const said: string[] = []
  const served = await Served.start({ noticed: (why) => said.push(why) })
  const page = await served.open()
  page.pause()
  for (let looks = 0; looks < 4; looks++) served.server.look()
  expect(served.server.pages).toBe(1)
  served.server.look()
  await until(() => served.server.pages === 0)
  expect(said).toEqual([expect.stringContaining('it does not reply')])
})

it('a page that lives is looked at for ever', async () => {
  const served = await Served.start()
  const page = await served.open()
  for (let looks = 0; looks < 10; looks++) {
    const pinged = new Promise((resolve) => page.once('ping', resolve))
    served.server.look()
    await pinged
    // What answers it was on its way before this request was.
    await served.ask('GET', '/')
  }
  expect(served.server.pages).toBe(1)
})

it('closing says so to the pages', async () => {
  const served = await Served.start()
  const page = await served.open()
  const closed = new Promise<number>((resolve) => page.once('close', resolve))
  await served.server.close()
  expect(await closed).toBe(1001)
})
