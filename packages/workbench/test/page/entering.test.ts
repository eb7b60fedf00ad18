import { expect, it } from 'vitest'
import { Tickets } from '../../src/page/tickets.js'
import { entryOf, Served } from '../support/page.js'

it('a link is exchanged for a cookie that scripts and other sites do not get, and a key', async () => {
  const served = await Served.start()
  const { status, headers, body } = await served.post(served.token())
  expect(status).toBe(200)
  expect(JSON.parse(body)).toEqual({ key: expect.stringMatching(/^[\w-]{32}$/) })
  expect(headers['cache-control']).toBe('no-store')
  expect(String(headers['set-cookie'])).toMatch(
    new RegExp(`^hawser-${served.port}=[\\w-]{32}; HttpOnly; SameSite=Strict; Path=/$`),
  )
})

it('a link is served where it says, with a token of 192 bits that no request carries', async () => {
  const served = await Served.start()
  const link = new URL(served.server.link())
  expect(link.origin).toBe(served.origin)
  expect(link.search).toBe('')
  expect(link.hash).toMatch(/^#token=[\w-]{32}$/)
})

it('each link is another one, and a fresh one leaves those before it', async () => {
  const served = await Served.start()
  const [first, second] = [served.token(), served.token()]
  expect(first).not.toBe(second)
  expect((await served.post(first)).status).toBe(200)
  expect((await served.post(second)).status).toBe(200)
})

it('a link that was used is refused, and says how one gets in', async () => {
  const served = await Served.start()
  const token = served.token()
  await served.post(token)
  const { status, body, headers } = await served.post(token)
  expect(status).toBe(403)
  expect(body).toContain('used already')
  expect(body).toContain('press Enter in the terminal')
  expect(headers['set-cookie']).toBeUndefined()
})

it('two that use one link at once: one gets in', async () => {
  const served = await Served.start()
  const token = served.token()
  const both = await Promise.all([served.post(token), served.post(token)])
  expect(both.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 403])
})

it('a link of ten minutes ago is refused, one that is a moment younger is not', () => {
  let now = 0
  const tickets = new Tickets(() => now)
  const [young, old] = [tickets.issue(), tickets.issue()]
  now = 599_999
  expect(tickets.exchange(young)).toBeDefined()
  now = 600_000
  expect(tickets.exchange(old)).toBeUndefined()
})

it('of many links the last ones are good', () => {
  const tickets = new Tickets()
  const all = Array.from({ length: 40 }, () => tickets.issue())
  const good = all.map((token) => tickets.exchange(token) !== undefined)
  expect(good).toEqual(all.map((_, index) => index >= 8))
})

it('a page that is loaded again with its used link stays in', async () => {
  const served = await Served.start()
  const token = served.token()
  const { cookie, key } = entryOf(await served.post(token))
  expect((await served.post(token, { cookie, 'hawser-key': key })).status).toBe(204)
})

it.each(['', '{}', '{"token":1}', 'null', '[]', '{"token":""}', '{"token":"\u0000"}'])(
  'what is no token is refused: %j',
  async (body) => {
    const served = await Served.start()
    const headers = { origin: served.origin }
    expect((await served.ask('POST', '/session', { headers, body })).status).toBe(403)
  },
)

it('a page can ask whether it is let in', async () => {
  const served = await Served.start()
  expect((await served.ask('GET', '/session')).status).toBe(401)
  const { cookie, key } = await served.enter()
  const headers = { cookie, 'hawser-key': key }
  expect((await served.ask('GET', '/session', { headers })).status).toBe(204)
})

it('two workbenches of one machine do not overwrite each other’s cookies', async () => {
  const [one, other] = [await Served.start(), await Served.start()]
  const [first, second] = [await one.enter(), await other.enter()]
  const cookie = `${first.cookie}; ${second.cookie}`
  for (const [served, { key }] of [[one, first] as const, [other, second] as const]) {
    expect(await served.upgrade({ cookie, key, origin: served.origin })).toBe(101)
  }
})

it('the cookie of another workbench is none', async () => {
  const [one, other] = [await Served.start(), await Served.start()]
  const entry = await one.enter()
  const cookie = entry.cookie.replace(`${one.port}`, `${other.port}`)
  expect(await other.upgrade({ cookie, key: entry.key, origin: other.origin })).toBe(401)
})
