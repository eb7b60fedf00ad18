import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished } from 'vitest'
import { itPeer } from '../../../../../test/support/peers.js'
import { Command } from '../../support/command.js'

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
    await server.prints(/@1 closed by us/)
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

  itPeer('chromium', 'shows a browser what reached it', async (chromium) => {
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
  })
})
