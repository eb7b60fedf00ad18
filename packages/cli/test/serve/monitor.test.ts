import { get } from 'node:http'
import net from 'node:net'
import { createServer, type Server } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { Monitor } from '../../src/serve/monitor.js'
import { watchServer } from '../../src/serve/monitored.js'

/** A monitor on a free port. */
async function watch(server: Pick<Server, 'info' | 'connections'>): Promise<URL> {
  const monitor = new Monitor(watchServer(server))
  onTestFinished(() => monitor.close())
  return new URL(await monitor.listen('127.0.0.1:0'))
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

it('may be closed before it listens, and again', () => {
  const monitor = new Monitor(watchServer(createServer()))
  monitor.close()
  monitor.close()
})
