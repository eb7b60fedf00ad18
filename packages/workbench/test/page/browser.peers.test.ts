import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import type { Assets } from '../../src/page/assets.js'
import { Served } from '../support/page.js'

const assets: Assets = new Map([
  ['/', { type: 'text/html', etag: '"1"', bytes: Buffer.from('<title>ours</title>') }],
])

async function launch(program: string, ...args: string[]): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', ...args],
  })
  onTestFinished(() => browser.close())
  return browser
}

/** The page of another server of this machine, which a browser takes for one of the same site. */
async function serveStranger(heard?: (cookie: string) => void): Promise<number> {
  const server = createServer(({ headers }, response) => {
    heard?.(headers.cookie ?? '')
    response.setHeader('Content-Type', 'text/html')
    response.end('<title>stranger</title>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Exchange a link for the cookie and its key, as the page does. @returns the status */
function enter(page: Page, token: string): Promise<number> {
  return page.evaluate(async (given) => {
    const body = JSON.stringify({ token: given })
    const reply = await fetch('/session', { method: 'POST', body })
    if (reply.ok) localStorage.setItem('key', ((await reply.json()) as { key: string }).key)
    return reply.status
  }, token)
}

/** What comes of opening a WebSocket. */
function openSocket(page: Page, url: string): Promise<string> {
  return page.evaluate((where) => {
    return new Promise<string>((resolve) => {
      const socket = new WebSocket(where, localStorage.getItem('key') ?? [])
      socket.addEventListener('open', () => resolve('open'))
      socket.addEventListener('error', () => resolve('refused'))
    })
  }, url)
}

itPeer('chromium', 'a browser gets in by a link, once, and stays in', async (program) => {
  const served = await Served.start({ assets })
  const browser = await launch(program)
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${served.origin}/`)
  const socket = `ws://127.0.0.1:${served.port}/socket`
  expect(await openSocket(page, socket)).toBe('refused')
  const token = served.token()
  expect(await enter(page, token)).toBe(200)
  expect(await openSocket(page, socket)).toBe('open')
  expect(await page.evaluate(() => document.cookie)).toBe('')
  await page.reload()
  expect(await openSocket(page, socket)).toBe('open')

  const other = await (await browser.newContext()).newPage()
  await other.goto(`${served.origin}/`)
  expect(await enter(other, token)).toBe(403)
  expect(await openSocket(other, socket)).toBe('refused')
})

itPeer('chromium', 'a page of this machine gets nothing of one that is let in', async (program) => {
  const served = await Served.start({ assets })
  const port = await serveStranger()
  const context = await (await launch(program)).newContext()
  const own = await context.newPage()
  await own.goto(`${served.origin}/`)
  await enter(own, served.token())
  for (const host of ['127.0.0.1', 'localhost']) {
    const page = await context.newPage()
    await page.goto(`http://${host}:${port}/`)
    expect(await openSocket(page, `ws://127.0.0.1:${served.port}/socket`)).toBe('refused')
    const got = await page.evaluate(async (origin) => {
      const ask = async (path: string, options: RequestInit): Promise<string> => {
        const given = { credentials: 'include', ...options } as const
        return fetch(origin + path, given).then(
          ({ status }) => String(status),
          () => 'refused',
        )
      }
      const frame = document.createElement('iframe')
      frame.src = origin
      const framed = new Promise((resolve) => frame.addEventListener('load', resolve))
      document.body.append(frame)
      await framed
      return [
        await ask('/', {}),
        await ask('/session', {}),
        await ask('/', { mode: 'no-cors' }),
        await ask('/session', { method: 'POST', mode: 'no-cors', body: '{}' }),
      ]
    }, served.origin)
    expect(got).toEqual(['refused', 'refused', 'refused', 'refused'])
    const framed = page.frames().find((frame) => frame !== page.mainFrame())
    expect(await framed?.title()).not.toBe('ours')
    await page.close()
  }
  expect(served.server.pages).toBe(0)
})

itPeer(
  'chromium',
  'a server of this machine gets the cookie, and nothing that gets in with it',
  async (program) => {
    const served = await Served.start({ assets })
    const heard: string[] = []
    const port = await serveStranger((cookie) => heard.push(cookie))
    const page = await (await launch(program)).newPage()
    await page.goto(`${served.origin}/`)
    await enter(page, served.token())
    await page.goto(`http://127.0.0.1:${port}/`)
    const [cookie = ''] = heard
    expect(cookie).toContain(`hawser-${served.port}=`)
    expect(await page.evaluate(() => localStorage.length)).toBe(0)
    expect(await served.upgrade({ cookie, origin: served.origin })).toBe(401)
  },
)

itPeer(
  'chromium',
  'a name that is made to lead here shows nothing (rebinding)',
  async (program) => {
    const served = await Served.start({ assets })
    const browser = await launch(program, '--host-resolver-rules=MAP evil.example 127.0.0.1')
    const page = await browser.newPage()
    const reply = await page.goto(`http://evil.example:${served.port}/`)
    expect(reply?.status()).toBe(421)
    expect(await page.title()).not.toBe('ours')
    expect(await openSocket(page, `ws://evil.example:${served.port}/socket`)).toBe('refused')
    expect(await enter(page, served.token())).toBe(421)
  },
)

itPeer('chromium', 'the page runs no code that is written into it', async (program) => {
  const text = '<title>ours</title><script>document.title = "written"</script><p onclick="x()">'
  const injected: Assets = new Map([
    ['/', { type: 'text/html', etag: '"2"', bytes: Buffer.from(text) }],
  ])
  const served = await Served.start({ assets: injected })
  const page = await (await launch(program)).newPage()
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  await page.goto(`${served.origin}/`)
  expect(await page.title()).toBe('ours')
  expect(said.join()).toContain('Content Security Policy')
})
