import { connect } from 'node:net'
import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { until } from '../../../../test/support/until.js'
import { Served } from '../support/page.js'
import { patience } from '../support/patience.js'

const rebound = ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1']

it.each(rebound)('a name that leads here is refused: %s (DNS rebinding)', async (name) => {
  const served = await Served.start()
  const host = `${name}:${served.port}`
  const entry = await served.enter()
  const headers = { host, ...entry, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }
  const page = await served.ask('GET', '/', { headers })
  expect(page.status).toBe(421)
  expect(page.body).not.toContain('<title>')
  expect((await served.post(served.token(), headers)).status).toBe(421)
  expect(await served.upgrade(headers)).toBe(421)
})

it('the wrong port in Host is refused, and none at all', async () => {
  const served = await Served.start()
  for (const host of ['127.0.0.1', '127.0.0.1:1', 'localhost:', '[::1', 'a b', '127.0.0.1:80:80']) {
    expect((await served.ask('GET', '/', { headers: { host } })).status).toBe(421)
  }
})

it('the names of this machine are taken', async () => {
  const served = await Served.start()
  for (const name of ['localhost', 'LOCALHOST', '127.0.0.1', '[::1]']) {
    const headers = { host: `${name}:${served.port}` }
    expect((await served.ask('GET', '/', { headers })).status).toBe(200)
  }
})

it('one that other machines may reach is served under addresses, which no page can lead elsewhere', async () => {
  const [closed, open] = [await Served.start(), await Served.start({ isOpen: true })]
  for (const name of ['192.0.2.1', '[2001:db8::1]']) {
    const status = async (served: Served): Promise<number> =>
      (await served.ask('GET', '/', { headers: { host: `${name}:${served.port}` } })).status
    expect(await status(closed)).toBe(421)
    expect(await status(open)).toBe(200)
  }
  for (const name of ['evil.example', '192.0.2.1.evil.example', '192.0.2', '1e3']) {
    const headers = { host: `${name}:${open.port}` }
    expect((await open.ask('GET', '/', { headers })).status).toBe(421)
  }
})

it('a page of another origin gets no way in, whatever it sends along', async () => {
  const served = await Served.start()
  const entry = await served.enter()
  const origins = [
    'http://evil.example',
    'null',
    'https://127.0.0.1',
    'http://127.0.0.1:1',
    'file://',
  ]
  for (const origin of [...origins, `https://127.0.0.1:${served.port}`]) {
    expect(await served.upgrade({ ...entry, origin })).toBe(403)
    expect((await served.post(served.token(), { origin })).status).toBe(403)
    expect((await served.ask('GET', '/', { headers: { origin } })).status).toBe(403)
  }
})

it('no origin at all gets no WebSocket and no cookie', async () => {
  const served = await Served.start()
  const entry = await served.enter()
  expect(await served.upgrade({ ...entry })).toBe(403)
  const body = JSON.stringify({ token: served.token() })
  expect((await served.ask('POST', '/session', { body })).status).toBe(403)
})

it.each(['cross-site', 'same-site'])(
  'what a browser says to be %s is refused, unless a person follows a link',
  async (site) => {
    const served = await Served.start()
    const entry = await served.enter()
    const headers = { 'sec-fetch-site': site, ...entry }
    expect((await served.ask('GET', '/', { headers })).status).toBe(403)
    expect((await served.ask('GET', '/session', { headers })).status).toBe(403)
    expect(await served.upgrade({ ...headers, origin: served.origin })).toBe(403)
    expect((await served.post(served.token(), headers)).status).toBe(403)

    const frame = { ...headers, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }
    expect((await served.ask('GET', '/', { headers: frame })).status).toBe(403)
    const link = { ...frame, 'sec-fetch-dest': 'document' }
    expect((await served.ask('GET', '/', { headers: link })).status).toBe(200)
    expect((await served.post(served.token(), link)).status).toBe(403)
  },
)

it('without a cookie there is no WebSocket', async () => {
  const served = await Served.start()
  const { origin } = served
  const { key } = await served.enter()
  const forged = `hawser-${served.port}=${'x'.repeat(32)}`
  for (const cookie of ['', 'a=b', `hawser-${served.port}=`, forged]) {
    expect(await served.upgrade({ origin, cookie, key })).toBe(401)
  }
})

it('the socket is at one place', async () => {
  const served = await Served.start()
  const headers = { origin: served.origin, ...(await served.enter()) }
  for (const path of ['/', '/socket/', '/socket?x', '//socket']) {
    expect(await served.upgrade(headers, path)).toBe(404)
  }
})

it('each response forbids what a page does not need', async () => {
  const served = await Served.start()
  for (const path of ['/', '/none', '/session']) {
    const { headers } = await served.ask('GET', path)
    const policy = String(headers['content-security-policy'])
    expect(policy).toMatch(/^default-src 'self';/)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers['access-control-allow-origin']).toBeUndefined()
  }
})

it('no path leads to a file of the disk', async () => {
  const served = await Served.start()
  const paths = [
    '/../package.json',
    '/%2e%2e/package.json',
    '//etc/passwd',
    '/index.html/..',
    '/\\..',
  ]
  for (const path of [...paths, 'http://evil.example/', '*']) {
    expect((await served.ask('GET', path)).status).toBe(404)
  }
})

it('other methods are refused', async () => {
  const served = await Served.start()
  const headers = { origin: served.origin }
  for (const method of ['PUT', 'DELETE', 'POST', 'OPTIONS', 'PATCH']) {
    expect((await served.ask(method, '/', { headers })).status).toBe(405)
  }
  expect((await served.ask('PUT', '/session', { headers })).status).toBe(405)
})

it('a body that is no token is not read to its end', async () => {
  const served = await Served.start()
  const headers = { origin: served.origin }
  const reply = await served.ask('POST', '/session', { headers, body: 'x'.repeat(2_000) })
  expect(reply.status).toBe(413)

  const socket = connect(served.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const head = [
    'POST /session HTTP/1.1',
    `Host: 127.0.0.1:${served.port}`,
    `Origin: ${served.origin}`,
  ]
  socket.write([...head, 'Content-Length: 1000000', '', 'x'.repeat(2_000)].join('\r\n'))
  const [said] = (await once(socket, 'data')) as [Buffer]
  expect(said.toString()).toMatch(/^HTTP\/1\.1 413 .*\r\nConnection: close\r\n/s)
})

it('a cookie is of no use without its key: other servers of this machine get it too', async () => {
  const served = await Served.start()
  const { origin } = served
  const [{ cookie, key }, other] = [await served.enter(), await served.enter()]
  for (const wrong of [undefined, 'x', other.key, `${key}x`]) {
    const given = wrong === undefined ? { cookie } : { cookie, key: wrong }
    expect(await served.upgrade({ ...given, origin })).toBe(401)
    const headers = { cookie, ...(wrong === undefined ? {} : { 'hawser-key': wrong }) }
    expect((await served.ask('GET', '/session', { headers })).status).toBe(401)
    const asked = { headers: { origin, ...headers }, body: '{}' }
    expect((await served.ask('POST', '/session', asked)).status).toBe(403)
  }
  expect(await served.upgrade({ cookie, key, origin })).toBe(101)
})

it('cookies of other servers of this machine are not in the way', async () => {
  const served = await Served.start()
  const { cookie, key } = await served.enter()
  const [name = ''] = cookie.split('=')
  const others = Array.from({ length: 10 }, (_, count) => `app-${count}=${'x'.repeat(4_000)}`)
  const all = [`${name}=theirs`, ...others, cookie, `${name}=`].join('; ')
  expect(await served.upgrade({ cookie: all, key, origin: served.origin })).toBe(101)
})

it('a head of more than 64 KiB is refused', async () => {
  const served = await Served.start()
  const headers = { 'x-much': 'x'.repeat(70_000) }
  expect((await served.ask('GET', '/', { headers })).status).toBe(431)
})

it.each([
  'GET / HTTP/1.1\r\nHost:',
  'POST /session HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{',
])('a request that does not come to its end is given up: %j', async (said) => {
  const served = await Served.start({ patience: 20 })
  const socket = connect(served.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.resume()
  socket.write(said)
  await once(socket, 'close')
  // A machine that is busy for as long gives up one that is in time as well.
  await expect.poll(async () => (await served.ask('GET', '/')).status, patience).toBe(200)
})

it('a connection on which nothing is asked any more is given up', async () => {
  const served = await Served.start({ patience: 20 })
  const askOnce = async (): Promise<string> => {
    const socket = connect(served.port, '127.0.0.1')
    let said = ''
    socket.setEncoding('latin1').on('data', (text: string) => (said += text))
    socket.on('error', () => undefined)
    socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\n\r\n`)
    await new Promise((resolve) => socket.once('close', resolve))
    return said
  }
  await expect.poll(askOnce, patience).toContain('200 OK')
})

it('what is no HTTP ends the connection, and nothing else', async () => {
  const served = await Served.start()
  for (const said of ['\u0000\u0001\u0002\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', 'GET\r\n\r\n']) {
    const socket = connect(served.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.resume()
    socket.write(said)
    await once(socket, 'close')
  }
  expect((await served.ask('GET', '/')).status).toBe(200)
})

it('a thousand connections are not kept, and the page is served after them', async () => {
  const served = await Served.start()
  const sockets = Array.from({ length: 1_000 }, () => connect(served.port, '127.0.0.1'))
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()))
  const ended: Promise<unknown>[] = []
  for (const socket of sockets) {
    socket.on('error', () => undefined)
    ended.push(new Promise((resolve) => socket.once('close', resolve)))
    socket.resume()
  }
  await until(() => sockets.filter(({ closed }) => closed).length >= 1_000 - 128)
  for (const socket of sockets) socket.destroy()
  await Promise.all(ended)
  // The server hears of the last ends a moment later, and refuses further connections until then.
  let status = 0
  while (status !== 200) {
    status = await served.ask('GET', '/').then(
      (reply) => reply.status,
      () => 0,
    )
  }
})

it('so many pages may be open at once, and one that is closed makes room', async () => {
  const served = await Served.start()
  const entry = await served.enter()
  const pages: WebSocket[] = []
  for (let count = 0; count < 16; count++) pages.push(await served.open(entry))
  expect(await served.upgrade({ ...entry, origin: served.origin })).toBe(503)
  // A browser does not show a page what its socket was refused with: it asks.
  const headers = { cookie: entry.cookie, 'hawser-key': entry.key }
  const { status, body } = await served.ask('GET', '/session', { headers })
  expect([status, body]).toEqual([503, '16 pages are open, as many as may be: close one\n'])
  expect((await served.ask('GET', '/session')).status).toBe(401)
  pages[0]?.terminate()
  await until(() => served.server.pages === 15)
  expect(await served.upgrade({ ...entry, origin: served.origin })).toBe(101)
})

it('a frame that is larger than any request ends its page, and no other', async () => {
  const served = await Served.start()
  const entry = await served.enter()
  const [page, other] = [await served.open(entry), await served.open(entry)]
  page.on('error', () => undefined)
  page.send(Buffer.alloc(18 * 1024 * 1024), { binary: false })
  const [code] = (await once(page, 'close')) as [number]
  expect(code).toBe(1009)
  expect(other.readyState).toBe(WebSocket.OPEN)
  await until(() => served.server.pages === 1)
})

it('a page that sends bytes instead of text is ended', async () => {
  const served = await Served.start()
  const page = await served.open()
  page.send(Buffer.from('{}'))
  const [code] = (await once(page, 'close')) as [number]
  expect(code).toBe(1003)
})

it('what is no WebSocket frame ends its page', async () => {
  const served = await Served.start()
  const entry = await served.enter()
  const socket = connect(served.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.write(
    [
      'GET /socket HTTP/1.1',
      `Host: 127.0.0.1:${served.port}`,
      `Origin: ${served.origin}`,
      `Cookie: ${entry.cookie}`,
      `Sec-WebSocket-Protocol: ${entry.key}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '\r\n',
    ].join('\r\n'),
  )
  await once(socket, 'data')
  expect(served.server.pages).toBe(1)
  socket.write(Buffer.alloc(64, 0xff))
  socket.resume()
  await once(socket, 'close')
  await until(() => served.server.pages === 0)
})
