import { connect } from 'hawser'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { connectLines, nextMessage, nextText } from '../support/client.js'
import { Command } from '../support/command.js'

const run = promisify(execFile)

async function serveHello(...words: string[]): Promise<{ server: Command; port: number }> {
  const server = Command.hawser(['serve', '0', '--http-hello', ...words])
  return { server, port: await server.port() }
}

describe('hawser serve --http-hello', () => {
  itPeer('curl', 'answers curl, and says what reached it', async (curl) => {
    const { server, port } = await serveHello()
    const url = `http://127.0.0.1:${port}/a?b=<script>`
    const { stdout } = await run(curl, ['-sS', '-i', '-g', '-H', 'X-Test: "yes" & <no>', url])
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(stdout).toContain('GET /a?b=&lt;script&gt; HTTP/1.1\n')
    expect(stdout).toContain('X-Test: &quot;yes&quot; &amp; &lt;no&gt;')
    expect(stdout).not.toContain('<script>')
    await server.prints(/@1 in .*GET \/a\?b=<script> HTTP\/1\.1\\r\\nHost: /)
    await server.prints(/@1 closed ended/)
  })

  itPeer('curl', 'answers POST with its body, and HEAD without one', async (curl) => {
    const { port } = await serveHello()
    const url = `http://127.0.0.1:${port}/`
    const posted = await run(curl, ['-sS', '--data-binary', 'a=1\nb=2', url])
    expect(posted.stdout).toContain('<pre>a=1\nb=2</pre>')
    const head = await run(curl, ['-sS', '--head', url])
    expect(head.stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/)
  })

  itPeer('curl', 'answers an upload it does not read to its end', async (curl) => {
    const { port } = await serveHello()
    const upload = run(curl, [
      ...['-sS', '-o', '/dev/null', '-w', '%{http_code}', '-H', 'Expect:'],
      ...['--data-binary', '@/dev/stdin', `http://127.0.0.1:${port}/`],
    ])
    upload.child.stdin?.on('error', () => {})
    upload.child.stdin?.end(Buffer.alloc(1024 * 1024, 'x'))
    expect((await upload).stdout).toBe('200')
  })

  it('still speaks lines with everybody else on the same port', async () => {
    const { server, port } = await serveHello('--echo')
    const client = await connectLines(port)
    for (const line of ['hello', 'GET', 'GET / HTTP/1.1']) await client.send(line)
    expect([
      await nextMessage(client),
      await nextMessage(client),
      await nextMessage(client),
    ]).toEqual(['hello', 'GET', 'GET / HTTP/1.1'])
    await server.prints(/@1 in 14 B GET/)
  })

  it('takes what only begins like a request for what it is', async () => {
    const { port } = await serveHello('--echo')
    for (const text of ['GET lost\n', 'G\n', 'POSTCARD\n', 'GET / HTTP/2\n']) {
      const client = await connect(`127.0.0.1:${port}`)
      for (const byte of Buffer.from(text)) {
        await client.send(Uint8Array.of(byte))
        await client.flush()
      }
      let answer = ''
      for await (const chunk of client) {
        answer += Buffer.from(chunk).toString()
        if (answer.endsWith('\n')) break
      }
      expect(answer).toBe(text)
      await client.close()
    }
  })

  it('works beside every framing', async () => {
    const { server, port } = await serveHello('--framing', 'netstring', '--echo')
    const client = await connect(`127.0.0.1:${port}`)
    await client.send('5:hello,')
    expect(await nextText(client)).toBe('5:hello,')
    await client.close()
    const browser = await connect(`127.0.0.1:${port}`)
    await browser.send('GET / HTTP/1.0\r\n\r\n')
    expect(await nextText(browser)).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect((await browser.closed).reason).toBe('ended')
    await server.prints(/@2 closed/)
  })

  it('delivers what came before the end, though it could have become a request', async () => {
    const { port } = await serveHello('--echo')
    const client = await connect(`127.0.0.1:${port}`)
    await client.send('GET')
    await client.end()
    expect(await nextText(client)).toBe('GET\n')
    await client.close()
  })

  it('refuses a head without end', async () => {
    const { port } = await serveHello()
    const client = await connect(`127.0.0.1:${port}`)
    await client.send(`GET / HTTP/1.1\r\nX: ${'y'.repeat(20_000)}`)
    expect(await nextText(client)).toMatch(/^HTTP\/1\.1 431 /)
    await client.closed
  })

  it('greets those who wait for a greeting, and no browser', async () => {
    const { port } = await serveHello('--greeting', 'welcome')
    const silent = await connectLines(port)
    expect(await nextMessage(silent)).toBe('welcome')
    const talker = await connectLines(port)
    await talker.send('hello')
    expect(await nextMessage(talker)).toBe('welcome')
    const browser = await connect(`127.0.0.1:${port}`)
    await browser.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(await nextText(browser)).toMatch(/^HTTP\/1\.1 200 OK/)
    await browser.closed
  })

  itPeer(
    'chromium',
    'shows a browser what reached it',
    async (chromium) => {
      const { server, port } = await serveHello()
      const profile = mkdtempSync(join(tmpdir(), 'hawser-'))
      onTestFinished(() => rmSync(profile, { recursive: true, force: true }))
      const { stdout } = await run(chromium, [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
        ...[`--user-data-dir=${profile}`, '--dump-dom', `http://127.0.0.1:${port}/<b>?c`],
      ])
      expect(stdout).toMatch(/<h1>Hello, you are client \d+<\/h1>/)
      expect(stdout).toMatch(/GET \/%3Cb%3E\?c HTTP\/1\.1\n/)
      expect(stdout).toContain('User-Agent: Mozilla/5.0')
      await server.prints(/GET \/%3Cb%3E\?c HTTP\/1\.1/)
    },
    60_000,
  )
})
