import { describe, expect, it } from 'vitest'
import { createPage, escapeHtml } from '../../src/serve/http-page.js'
import { HttpRequest } from '../../src/wire/http-request.js'

const context = { id: 7, remote: '127.0.0.1:5000', local: '127.0.0.1:8000' }

function page(head: string, body: string | Uint8Array = ''): { head: string; body: string } {
  const start = Buffer.from(head, 'latin1')
  const bytes = Buffer.concat([start, Buffer.from(body)])
  const response = Buffer.from(createPage(new HttpRequest(bytes, start.length, false), context))
  const text = response.toString()
  const cut = text.indexOf('\r\n\r\n') + 4
  return { head: text.slice(0, cut), body: text.slice(cut) }
}

describe('createPage', () => {
  it('is a correct response that announces its length and the end of the connection', () => {
    const { head, body } = page('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:[\w-]+: [^\r\n]+\r\n)+\r\n$/)
    expect(head).toContain('Content-Type: text/html; charset=utf-8\r\n')
    expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}\r\n`)
    expect(head).toContain('Connection: close\r\n')
  })

  it('says who came from where, and what reached the server', () => {
    const { body } = page('GET /a?b=c HTTP/1.1\r\nHost: here\r\n\r\n')
    expect(body).toContain('client 7')
    expect(body).toContain('127.0.0.1:5000')
    expect(body).toContain('GET /a?b=c HTTP/1.1\nHost: here</pre>')
  })

  it('escapes whatever could be HTML, in the head and in the body', () => {
    const { body } = page(
      'POST /<script>alert(1)</script> HTTP/1.1\r\nX: "><img src=x>\r\n\r\n',
      "<b onclick='x'>&amp;</b>",
    )
    expect(body).not.toMatch(/<script|<img|<b onclick/)
    expect(body).toContain('/&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(body).toContain('X: &quot;&gt;&lt;img src=x&gt;')
    expect(body).toContain('&lt;b onclick=&#39;x&#39;&gt;&amp;amp;&lt;/b&gt;')
  })

  it('shows controls and malformed bytes of a body as escapes', () => {
    const { body } = page('PUT / HTTP/1.1\r\n\r\n', Uint8Array.of(0x61, 0x1b, 0xff))
    expect(body).toContain('<pre>a\\x1b\\xff</pre>')
  })

  it('answers HEAD without content, and with the length it would have had', () => {
    const { head, body } = page('HEAD / HTTP/1.1\r\n\r\n')
    expect(head).toMatch(/Content-Length: [1-9]\d+\r\n/)
    expect(body).toBe('')
  })

  it('refuses a head that is too large', () => {
    const bytes = Buffer.from('GET / HTTP/1.1\r\nX: y')
    const response = Buffer.from(createPage(new HttpRequest(bytes, bytes.length, true), context))
    expect(response.toString()).toMatch(/^HTTP\/1\.1 431 /)
  })
})

describe('escapeHtml', () => {
  it('escapes all that has a meaning in HTML', () => {
    expect(escapeHtml(`<a b="c" d='e'>&</a>`)).toBe(
      '&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;&lt;/a&gt;',
    )
  })
})
