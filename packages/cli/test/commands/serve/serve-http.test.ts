import { connect } from 'hawser'
import { describe, expect, it } from 'vitest'
import { connectLines, nextMessage, nextText } from '../../support/client.js'
import { Command } from '../../support/command.js'

async function serveHello(...words: string[]): Promise<{ server: Command; port: number }> {
  const server = Command.hawser(['serve', '0', '--http-hello', ...words])
  return { server, port: await server.port() }
}

describe('hawser serve --http-hello', () => {
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
})
