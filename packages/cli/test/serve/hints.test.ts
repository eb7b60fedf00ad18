import { describe, expect, it } from 'vitest'
import { suggestCommands, suggestTls } from '../../src/serve/hints.js'

describe('suggestCommands', () => {
  it('names three ways to talk to a port', () => {
    expect(suggestCommands({ address: '127.0.0.1', port: 8000 }, false)).toEqual([
      'telnet 127.0.0.1 8000',
      'nc 127.0.0.1 8000',
      'npx --no hawser connect 127.0.0.1:8000',
    ])
  })

  it('writes IPv6 as each program and the shell want it, and adds curl for HTTP', () => {
    expect(suggestCommands({ address: '::1', port: 8000 }, true)).toEqual([
      'telnet ::1 8000',
      'nc ::1 8000',
      "curl 'http://[::1]:8000/'",
      "npx --no hawser connect '[::1]:8000'",
    ])
  })

  it('names an address that can be reached for a server on all of them', () => {
    expect(suggestCommands({ address: '0.0.0.0', port: 1 }, false)[1]).toBe('nc 127.0.0.1 1')
    expect(suggestCommands({ address: '::', port: 1 }, false)[1]).toBe('nc ::1 1')
  })

  it('writes an abstract socket by its name', () => {
    expect(suggestCommands('\0app', true)).toEqual(['npx --no hawser connect unix:@app'])
  })

  it('quotes a path for the shell', () => {
    expect(suggestCommands("/tmp/it's", false)[0]).toBe("nc -U '/tmp/it'\\''s'")
  })
})

describe('suggestTls', () => {
  it('names programs that speak TLS, with brackets quoted for the shell', () => {
    expect(suggestTls({ address: '::', port: 8000 }, true, undefined)).toEqual([
      "openssl s_client -connect '[::1]:8000'",
      "curl 'https://[::1]:8000/'",
      "npx --no hawser connect 'tls://[::1]:8000'",
    ])
  })
})
