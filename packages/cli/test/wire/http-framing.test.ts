import { connectPeer } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { namedFraming } from '../support/named-framing.js'
import { createFraming } from '../../src/wire/framing.js'
import { withHttp } from '../../src/wire/http-framing.js'
import { HttpRequest } from '../../src/wire/http-request.js'

/** What a connection makes of these bytes, however the line cuts them. */
async function decode(text: string, framing = 'lines', chunkSize = Infinity): Promise<string[]> {
  const { connection, peer } = connectPeer({
    framing: withHttp(createFraming(namedFraming(framing), { crlf: false })),
    line: { chunkSize },
  })
  const sent = peer.send(Buffer.from(text, 'latin1')).then(() => peer.end())
  const messages: string[] = []
  for await (const message of connection) {
    messages.push(
      message instanceof HttpRequest
        ? `HTTP ${message.method} ${message.target} ${JSON.stringify(message.fields)} ${tail(message)}`
        : Buffer.from(message).toString('latin1'),
    )
  }
  await sent
  await connection.close()
  return messages
}

function tail(request: HttpRequest): string {
  return Buffer.from(request.bytes.subarray(request.bodyStart)).toString('latin1')
}

const request = 'POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: 5\r\n\r\nab\ncdREST'

describe('HTTP beside another framing', () => {
  it.each([1, 2, 3, 7, 20, Infinity])('finds a request in chunks of %s', async (size) => {
    expect(await decode(request, 'lines', size)).toEqual([
      'HTTP POST /a [["Host","b"],["Content-Length","5"]] ab\ncd',
    ])
  })

  it('takes a request with bare line feeds', async () => {
    expect(await decode('GET / HTTP/1.0\nHost: b\n\n')).toEqual(['HTTP GET / [["Host","b"]] '])
    expect(await decode('GET / HTTP/1.0\n\n')).toEqual(['HTTP GET / [] '])
  })

  it.each([1, 2, 5, Infinity])('leaves everything else alone, in chunks of %s', async (size) => {
    const text = 'GET it\nGET / HTTP/1.1\n\nPOST\nend'
    expect(await decode(text, 'lines', size)).toEqual([
      'GET it',
      'GET / HTTP/1.1',
      '',
      'POST',
      'end',
    ])
    expect(await decode('PUT \x00\x01', 'fixed:2', size)).toEqual(['PU', 'T ', '\x00\x01'])
  })

  it('hands over what never became a request', async () => {
    expect(await decode('G')).toEqual(['G'])
    expect(await decode('GET / HTTP/1.1')).toEqual(['GET / HTTP/1.1'])
    expect(await decode('GET / HTTP/1.1\r\nHost: b\r\n')).toEqual(['GET / HTTP/1.1\r\nHost: b\r\n'])
    expect(await decode('')).toEqual([])
  })

  it('does not wait for a line feed longer than a request line may be', async () => {
    const long = `GET /${'x'.repeat(9000)}`
    expect((await decode(long, 'raw', 1000)).join('')).toBe(long)
  })

  it('does not wait for a body that is larger than it takes, nor for one without a length', async () => {
    const large = 'POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\nbegin'
    expect(await decode(large)).toEqual(['HTTP POST / [["Content-Length","99999999"]] '])
    const chunked = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'
    expect(await decode(chunked)).toEqual(['HTTP POST / [["Transfer-Encoding","chunked"]] '])
  })

  it.each([
    ['a request line that is too long', `GET /${'y'.repeat(9_000)} HTTP/1.1\r\n\r\n`],
    ['a head that is too large', `GET / HTTP/1.1\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`],
    ['a body that is too large', `POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\nbegin`],
  ])('takes %s alike, whole and in pieces', async (_what, sent) => {
    const whole = await decode(sent, 'lines', sent.length)
    expect(await decode(sent, 'lines', 1_000)).toEqual(whole)
    expect(await decode(sent, 'lines', 7)).toEqual(whole)
  })

  it('cuts off a head without end', async () => {
    const [only, ...more] = await decode(
      `GET / HTTP/1.1\r\nX: ${'y'.repeat(50_000)}`,
      'lines',
      5000,
    )
    expect(only).toMatch(/^HTTP GET \/ \[\["X","y+"\]\] $/)
    expect(more).toEqual([])
  })
})

it('counts what the framing behind it skips', async () => {
  const { connection, peer } = connectPeer({
    framing: withHttp(
      createFraming(namedFraming('delim:03,start=02,between=skip'), { crlf: false }),
    ),
  })
  const sent = peer.send(Buffer.from('zz\x02a\x03z')).then(() => peer.end())
  for await (const message of connection) expect([...(message as Uint8Array)]).toEqual([97])
  await sent
  expect(connection.skipped).toBe(3)
})
