import { get } from 'node:http'
import net from 'node:net'
import { createServer } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { type MetricsOptions, serveMetrics } from 'hawser/metrics'
import { rejection } from '../server/support/serving.js'

/** Pages on a free port, until the test ends. */
async function watch(
  subject: Parameters<typeof serveMetrics>[1],
  options?: MetricsOptions,
): Promise<URL> {
  const pages = await serveMetrics('127.0.0.1:0', subject, options)
  onTestFinished(() => pages.close())
  return new URL(pages.url)
}

function ask(url: URL, path: string): Promise<[number | undefined, string]> {
  return new Promise((resolve, reject) => {
    const request = get(new URL(path, url), { agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => (body += text))
      response.on('end', () => resolve([response.statusCode, body]))
    })
    request.on('error', reject)
  })
}

it('is ready while the server accepts, and not before, between and after', async () => {
  const server = createServer()
  const url = await watch(server)
  expect(await ask(url, '/readyz')).toEqual([503, 'not listening\n'])
  await server.listen('127.0.0.1:0')
  expect(await ask(url, '/readyz?verbose=1')).toEqual([200, 'ready\n'])
  await server.suspend()
  expect(await ask(url, '/readyz')).toEqual([503, 'suspended\n'])
  await server.resume()
  expect(await ask(url, '/readyz')).toEqual([200, 'ready\n'])
  await server.close()
  expect(await ask(url, '/readyz')).toEqual([503, 'draining\n'])
  expect(await ask(url, '/healthz')).toEqual([200, 'ok\n'])
})

it('turns away the seventeenth scraper, and serves it when another has gone', async () => {
  const url = await watch(createServer())
  const sockets: net.Socket[] = []
  const hold = async (): Promise<net.Socket> => {
    const socket = net.connect(Number(url.port), url.hostname)
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => {})
    sockets.push(socket)
    await new Promise((resolve) => socket.once('connect', resolve))
    return socket
  }
  for (let count = 0; count < 16; count += 1) {
    const socket = await hold()
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await new Promise((resolve) => socket.once('data', resolve))
  }
  const refused = await hold()
  await new Promise((resolve) => refused.once('close', resolve))
  const [first] = sockets
  first?.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  first?.resume()
  await new Promise((resolve) => first?.once('close', resolve))
  expect(await ask(url, '/healthz')).toEqual([200, 'ok\n'])
})

it('shows what collectMetrics collects, with its labels', async () => {
  const url = await watch(createServer(), { labels: { app: 'echo' } })
  const [status, page] = await ask(url, '/metrics')
  expect(status).toBe(200)
  expect(page).toMatch(/^hawser_accepting\{app="echo"\} 0$/m)
})

it('is ready once each of several servers is', async () => {
  const [chat, feed] = [createServer(), createServer()]
  onTestFinished(async () => void (await Promise.all([chat.close(), feed.close()])))
  const url = await watch(
    new Map([
      ['chat', chat],
      ['feed', feed],
    ]),
  )
  await chat.listen('127.0.0.1:0')
  expect(await ask(url, '/readyz')).toEqual([503, 'not listening\n'])
  await feed.listen('127.0.0.1:0')
  expect(await ask(url, '/readyz')).toEqual([200, 'ready\n'])
})

it('takes workers, and shows each and their sum', async () => {
  const state = { closing: false, listening: 0 }
  const url = await watch({
    info: () => state,
    prometheus: async ({ by }) => `page_by_${by} 1\n`,
  })
  expect(await ask(url, '/metrics')).toEqual([200, 'page_by_worker 1\n'])
  expect(await ask(url, '/metrics/total')).toEqual([200, 'page_by_total 1\n'])
  expect(await ask(url, '/readyz')).toEqual([503, 'no worker listens\n'])
  state.listening = 2
  expect(await ask(url, '/readyz')).toEqual([200, 'ready\n'])
  state.closing = true
  expect(await ask(url, '/readyz')).toEqual([503, 'draining\n'])
})

it('says so where the metrics cannot be collected, and goes on', async () => {
  const url = await watch({
    info: () => ({ closing: false, listening: 1 }),
    prometheus: () => Promise.reject(new Error('no worker replied')),
  })
  expect(await ask(url, '/metrics')).toEqual([
    500,
    'the metrics could not be collected: no worker replied\n',
  ])
  expect(await ask(url, '/constructor')).toEqual([
    404,
    'there are /metrics, /metrics/total, /healthz and /readyz\n',
  ])
  expect(await ask(url, '/healthz')).toEqual([200, 'ok\n'])
})

it('survives an accept that failed, and a page that is no text', async () => {
  const url = await watch({
    info: () => ({ closing: false, listening: 1 }),
    prometheus: (() => 5) as unknown as () => Promise<string>,
  })
  expect(await ask(url, '/metrics')).toEqual([200, '5'])
  expect(await ask(url, '/healthz')).toEqual([200, 'ok\n'])
})

it('says what is wrong with its endpoint', async () => {
  const server = createServer()
  const url = await watch(server)
  expect(await rejection(serveMetrics(`tcp://${url.host}`, server))).toMatchObject({
    code: 'HAWSER_ADDRESS_IN_USE',
    message: `metrics cannot be served on tcp://${url.host}: another process listens there: choose another port with endpoint`,
  })
  for (const endpoint of ['unix:/run/metrics.sock', 'tls://127.0.0.1:9464']) {
    expect(await rejection(serveMetrics(endpoint, server))).toMatchObject({
      code: 'HAWSER_INVALID_ENDPOINT',
      message: `the endpoint ${endpoint} cannot be used: metrics are served over plain TCP, as on tcp://127.0.0.1:9464`,
    })
  }
  expect(await rejection(serveMetrics(0, server, { lables: {} } as object))).toMatchObject({
    code: 'HAWSER_INVALID_OPTION',
  })
})

it('may be closed again, and its port is free then', async () => {
  const pages = await serveMetrics('127.0.0.1:0', createServer())
  await pages.close()
  await pages.close()
  const again = await serveMetrics(new URL(pages.url).host, createServer())
  await again.close()
})
