import { describe, expect, it } from 'vitest'
import { askApi, startApi } from '../../support/api.js'
import { Command } from '../../support/command.js'
import { ask, connectRaw, readAll, serveEcho, startProxy } from '../../support/proxied.js'

const problem = (error: string, status: number): string => `${JSON.stringify({ error, status })}\n`

describe("toxiproxy's quirks", () => {
  it('are copied: statuses, types and texts', async () => {
    const { url } = await startApi()
    const body = { name: 'a', listen: '127.0.0.1:0', upstream: '127.0.0.1:1' }
    const created = await askApi(url, 'POST /proxies', body)
    expect([created.status, created.type]).toEqual([201, 'application/json'])
    expect(created.headers['x-toxiproxy-request-id']).toMatch(/^[\da-f]{20}$/)
    const toxic = await askApi(url, 'POST /proxies/a/toxics', { type: 'latency' })
    expect([toxic.status, JSON.parse(toxic.text)]).toEqual([
      200,
      {
        attributes: { latency: 0, jitter: 0 },
        name: 'latency_downstream',
        type: 'latency',
        stream: 'downstream',
        toxicity: 1,
      },
    ])
    expect((await askApi(url, 'GET /proxies/a/toxics')).text).toBe(`[${toxic.text}]`)
    const changed = await askApi(url, 'PATCH /proxies/a/toxics/latency_downstream', {
      attributes: { jitter: 7 },
    })
    expect(JSON.parse(changed.text)).toMatchObject({ attributes: { latency: 0, jitter: 7 } })
    const gone = await askApi(url, 'DELETE /proxies/a/toxics/latency_downstream')
    expect([gone.status, gone.type, gone.text]).toEqual([204, undefined, ''])
    expect((await askApi(url, 'POST /reset')).status).toBe(204)
    const populated = await askApi(url, 'POST /populate', [body])
    expect(populated.status).toBe(201)
    const disabled = await askApi(url, 'PATCH /proxies/a', { enabled: false })
    expect(JSON.parse(disabled.text)).toMatchObject({ enabled: false, upstream: '127.0.0.1:1' })
    expect((await askApi(url, 'DELETE /proxies/a')).status).toBe(204)
    expect((await askApi(url, 'GET /proxies')).text).toBe('{}')
    expect((await askApi(url, 'GET /metrics')).status).toBe(404)
    expect((await askApi(url, 'PUT /proxies')).status).toBe(405)
  })

  it.each([
    ['GET /proxies/x', undefined, 404, 'proxy not found'],
    ['DELETE /proxies/x', undefined, 404, 'proxy not found'],
    ['POST /proxies', { upstream: 'a:1' }, 400, 'missing required field: name'],
    ['POST /proxies', { name: 'x' }, 400, 'missing required field: upstream'],
    ['POST /proxies/a/toxics', { type: 'nope' }, 400, 'invalid toxic type'],
    [
      'POST /proxies/a/toxics',
      { type: 'noop', stream: 'left' },
      400,
      'stream was invalid, can be either upstream or downstream',
    ],
    ['GET /proxies/a/toxics/x', undefined, 404, 'toxic not found'],
    ['PATCH /proxies/a/toxics/x', {}, 404, 'toxic not found'],
    ['DELETE /proxies/a/toxics/x', undefined, 404, 'toxic not found'],
  ])('%s %j is an error in its words', async (how, body, status, error) => {
    const { url } = await startApi()
    await askApi(url, 'POST /proxies', { name: 'a', listen: '127.0.0.1:0', upstream: 'a:1' })
    const reply = await askApi(url, how, body)
    expect([reply.status, reply.text]).toEqual([status, problem(error, status)])
    expect(reply.type).toBe('text/plain; charset=utf-8')
  })

  it.each([
    ['POST /proxies', '{', /^bad request body: /],
    ['POST /proxies', '', /^bad request body: it is empty/],
    [
      'POST /proxies',
      '{"name":"b","listen":"tls://127.0.0.1:0","upstream":"127.0.0.1:1"}',
      /^tls:\/\/127\.0\.0\.1:0 needs the option tls/,
    ],
    ['POST /proxies', '[]', /^bad request body: it is no object/],
    ['POST /proxies', '{"name":7}', /^bad request body: name is no text/],
    ['PATCH /proxies/a', '{"enabled":1}', /^bad request body: enabled is neither true nor false/],
    ['PATCH /proxies/a', '{"upstream":"fd:3"}', /^bad request body: upstream/],
    ['PATCH /proxies/a', '{"listen":"fd:3"}', /^bad request body: listen/],
    ['POST /proxies/a/toxics', '{"type":"noop","toxicity":2}', /toxicity is no number from 0 to 1/],
    [
      'POST /proxies/a/toxics',
      '{"type":"latency","attributes":{"latency":1.5}}',
      /latency is no whole number of 0 or more/,
    ],
    [
      'POST /proxies/a/toxics',
      '{"type":"latency","attributes":{"latency":-1}}',
      /latency is no whole number of 0 or more/,
    ],
    ['POST /proxies/a/toxics', '{"type":"noop","attributes":[]}', /attributes is no object/],
  ])('%s %s is a bad request', async (how, body, message) => {
    const { url } = await startApi()
    await askApi(url, 'POST /proxies', { name: 'a', listen: '127.0.0.1:0', upstream: 'a:1' })
    const reply = await askApi(url, how, body)
    const { error, status } = JSON.parse(reply.text) as { error: string; status: number }
    expect([reply.status, status]).toEqual([400, 400])
    expect(error).toMatch(message)
    // Nothing has changed.
    expect(JSON.parse((await askApi(url, 'GET /proxies')).text)).toMatchObject({
      a: { name: 'a', upstream: 'a:1', enabled: true, toxics: [] },
    })
  })
})

describe('the API', () => {
  it('refuses web pages: a browser, an Origin, a Host that a page made lead here', async () => {
    const { url } = await startApi(['--api-host', 'ToxiProxy'])
    const refused = async (headers: Record<string, string>): Promise<string> => {
      const { status, text } = await askApi(url, 'GET /proxies', undefined, headers)
      return `${status} ${(JSON.parse(text) as { error?: string }).error ?? text}`
    }
    expect(await refused({ 'user-agent': 'Mozilla/5.0' })).toBe('403 User agent not allowed')
    expect(await refused({ origin: 'http://localhost' })).toMatch(/^403 requests of web pages/)
    expect(await refused({ origin: 'null' })).toMatch(/^403 requests of web pages/)
    expect(await refused({ host: 'evil.example' })).toMatch(/^403 the host "evil\.example"/)
    expect(await refused({ host: 'localhost.evil.example:80' })).toMatch(/^403 the host/)
    for (const host of [
      'localhost',
      'LOCALHOST:1',
      '127.0.0.1:8474',
      '[::1]:1',
      'toxiproxy:8474',
    ]) {
      expect(await refused({ host })).toBe('200 {}')
    }
  })

  it('takes no body that is too large', async () => {
    const { url } = await startApi()
    const body = `[${' '.repeat(1024 * 1024)}]`
    const reply = await askApi(url, 'POST /populate', body).catch(
      (error: NodeJS.ErrnoException) => error.code,
    )
    // The rest of the body may find the connection closed before the reply is read.
    if (typeof reply === 'object') expect(reply.status).toBe(413)
    expect((await askApi(url, 'GET /proxies')).status).toBe(200)
  })

  it('populates: what is there as it is wanted stays, with its toxics', async () => {
    const { url } = await startApi()
    const upstream = '127.0.0.1:1'
    const [, port = ''] = /:(\d+)"/.exec(
      (await askApi(url, 'POST /proxies', { name: 'a', listen: '127.0.0.1:0', upstream })).text,
    )!
    const listen = `127.0.0.1:${port}`
    await askApi(url, 'POST /proxies/a/toxics', { type: 'noop' })
    const b = { name: 'b', listen: '127.0.0.1:0', upstream, enabled: false }
    const same = await askApi(url, 'POST /populate', [{ name: 'a', listen, upstream }, b])
    expect([same.status, same.type]).toEqual([201, 'application/json'])
    expect(JSON.parse(same.text)).toMatchObject({
      proxies: [
        { name: 'a', toxics: [{ type: 'noop' }] },
        { name: 'b', enabled: false },
      ],
    })
    const moved = { name: 'a', listen, upstream: '127.0.0.1:2' }
    const other = await askApi(url, 'POST /populate', [moved])
    expect(JSON.parse(other.text)).toMatchObject({ proxies: [{ ...moved, toxics: [] }] })
    // Its errors are said to be JSON, and have what was made before them.
    for (const [body, status, error] of [
      ['{}', 400, /^bad request body: it is no array/],
      [[{}], 400, /^missing required field: name at proxy 1$/],
    ] as const) {
      const reply = await askApi(url, 'POST /populate', body)
      expect([reply.status, reply.type]).toEqual([status, 'application/json'])
      const text = expect.stringMatching(error) as string
      expect(JSON.parse(reply.text)).toEqual({ error: text, status, proxies: [] })
    }
    // One that cannot listen leaves the one that it was to replace, disabled.
    const taken = { name: 'b', listen, upstream: '127.0.0.1:3' }
    const c = { name: 'c', listen: '127.0.0.1:0', upstream }
    const failed = await askApi(url, 'POST /populate', [c, taken])
    expect(failed.status).toBe(500)
    expect(JSON.parse(failed.text)).toMatchObject({ proxies: [{ name: 'c', enabled: true }] })
    expect(JSON.parse((await askApi(url, 'GET /proxies/b')).text)).toMatchObject({
      enabled: false,
      upstream,
    })
  })

  it('resets all that can be, though one of them cannot listen', async () => {
    const { url } = await startApi()
    const upstream = '127.0.0.1:1'
    const made = await askApi(url, 'POST /proxies', { name: 'a', listen: '127.0.0.1:0', upstream })
    const { listen } = JSON.parse(made.text) as { listen: string }
    await askApi(url, 'POST /proxies', { name: 'taken', listen, upstream, enabled: false })
    const z = { name: 'z', listen: '127.0.0.1:0', upstream, enabled: false }
    await askApi(url, 'POST /proxies', z)
    await askApi(url, 'POST /proxies/z/toxics', { type: 'noop' })
    const reply = await askApi(url, 'POST /reset')
    expect([reply.status, reply.type]).toEqual([500, 'text/plain; charset=utf-8'])
    expect(JSON.parse((await askApi(url, 'GET /proxies')).text)).toMatchObject({
      taken: { enabled: false },
      z: { enabled: true, toxics: [] },
    })
    await askApi(url, 'DELETE /proxies/a')
    const again = await askApi(url, 'POST /reset')
    expect([again.status, again.text]).toEqual([204, ''])
    expect(JSON.parse((await askApi(url, 'GET /proxies/taken')).text)).toMatchObject({
      listen,
      enabled: true,
    })
  })

  it('lets no proxy listen on more than the loopback, unless told so', async () => {
    const { url } = await startApi()
    const upstream = '127.0.0.1:1'
    for (const listen of [':0', '0.0.0.0:0', '[::]:0', '*:0']) {
      const reply = await askApi(url, 'POST /proxies', { name: 'a', listen, upstream })
      expect([listen, reply.status]).toEqual([listen, 403])
      expect(reply.text).toMatch(/start hawser proxy with --api-open to allow it/)
    }
    const open = await startApi(['--api-open'])
    const reply = await askApi(open.url, 'POST /proxies', { name: 'a', listen: ':0', upstream })
    expect(reply.status).toBe(201)
  })

  it('is not served on more than the loopback, unless told so', async () => {
    const { code, stderr } = await Command.hawser(['proxy', '--api', '0.0.0.0:0']).ended
    expect(stderr).toMatch(/^hawser: --api 0\.0\.0\.0:0 is more than the loopback.*--api-open.*\n$/)
    expect(code).toBe(2)
  })

  it('says that another process listens there, with exit code 1', async () => {
    const { url } = await startApi()
    const port = url.split(':').at(-1)!
    const { code, stderr } = await Command.hawser(['proxy', '--api', port]).ended
    expect(stderr).toMatch(/^hawser: the API cannot be served on .*: choose another --api\n$/)
    expect(code).toBe(1)
  })

  it('needs both places, or none', async () => {
    const one = await Command.hawser(['proxy', '--api', '0', '9000']).ended
    expect([one.code, one.stderr]).toEqual([
      2,
      'hawser: the target is missing: write hawser proxy 9000 6379\n',
    ])
    const faults = await Command.hawser(['proxy', '--api', '0', '--fault', 'drop']).ended
    expect([faults.code, faults.stderr]).toEqual([
      2,
      'hawser: --fault has no proxy to be for: write hawser proxy 9000 6379 --fault …\n',
    ])
  })

  it('has the proxy of the command line as well, with its faults', async () => {
    const { proxy, port } = await startProxy(await serveEcho(), [
      '--api',
      '0',
      '--fault',
      'bandwidth=64KiB/s@up',
    ])
    const [, url = ''] = await proxy.prints(/API on (\S+)/)
    const { text } = await askApi(url, 'GET /proxies/main')
    expect(JSON.parse(text)).toMatchObject({
      listen: `127.0.0.1:${port}`,
      toxics: [{ type: 'bandwidth', attributes: { rate: 65.536 } }],
    })
    // As it was read, it may be sent back.
    const same = { attributes: { rate: 65.536 } }
    const path = '/proxies/main/toxics/bandwidth_upstream'
    expect((await askApi(url, `PATCH ${path}`, same)).status).toBe(200)
    expect(await ask(port, 'hello')).toBe('hello')
  })

  it('is shown with what it changes', async () => {
    const { proxy, url } = await startApi()
    const upstream = `127.0.0.1:${await serveEcho()}`
    const created = await askApi(url, 'POST /proxies', { name: 'red\u001bis', upstream })
    const { listen } = JSON.parse(created.text) as { listen: string }
    await proxy.prints(/listening on tcp:\S+ for tcp:\S+ \(raw, proxy red\\x1bis\)/)
    const client = await connectRaw(Number(listen.split(':').at(-1)))
    await client.send('x')
    await proxy.prints(/@1 down 1 B x/)
    await proxy.prints(/@1 connected red\\x1bis 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+/)
    const path = '/proxies/red%1bis'
    await askApi(url, `POST ${path}/toxics`, { type: 'timeout', attributes: { timeout: 60_000 } })
    await proxy.prints(/red\\x1bis: timeout=60s@down added\n/)
    await proxy.prints(/@1 fault timeout=60s@down\n/)
    await askApi(url, `DELETE ${path}`)
    await proxy.prints(/red\\x1bis: stopped\n/)
    expect(await readAll(client)).toBe('x')
  })

  it('carries out requests that come at once one after the other', async () => {
    const { url } = await startApi()
    const upstream = '127.0.0.1:1'
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => askApi(url, 'POST /proxies', { name: 'a', upstream })),
    )
    const statuses = replies.map(({ status }) => status).toSorted((one, two) => one - two)
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)])
  })

  it('is closed before the proxies are drained', async () => {
    const { proxy, url } = await startApi()
    proxy.kill('SIGTERM')
    expect((await proxy.ended).code).toBe(0)
    await expect(askApi(url, 'GET /proxies')).rejects.toThrow()
  })
})
