import { decodeLatin1, encodeUtf8 } from '../proxy-protocol/byte-text.js'
import { more, type Tunnel, type TunnelResult, type TunnelTarget } from './tunnel.js'

/** The most bytes of a reply's head; web servers allow as much for a request's. */
const maxHead = 16 * 1024
/** How much of what came an error shows. */
const shown = 64
const start = 'HTTP/1.'

/** A tunnel asked for with HTTP CONNECT (RFC 9110 section 9.3.6). */
export class HttpConnect implements Tunnel {
  readonly #request: string
  readonly #hasLogin: boolean
  #head = ''
  /** Bytes of heads before this one: a reply of 1xx is followed by another. */
  #before = 0

  /** @param authorization the value of Proxy-Authorization, if the proxy asks for one */
  constructor({ host, port }: TunnelTarget, authorization: string | undefined) {
    const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
    this.#hasLogin = authorization !== undefined
    this.#request = [
      `CONNECT ${authority} HTTP/1.1`,
      `Host: ${authority}`,
      ...(authorization === undefined ? [] : [`Proxy-Authorization: ${authorization}`]),
      '\r\n',
    ].join('\r\n')
  }

  begin(): Uint8Array {
    return encodeUtf8(this.#request)
  }

  receive(bytes: Uint8Array): TunnelResult {
    const already = this.#head.length
    const room = maxHead - this.#before - already
    this.#head += decodeLatin1(bytes.subarray(0, room))
    return this.#judge(already, bytes)
  }

  #judge(already: number, bytes: Uint8Array): TunnelResult {
    const head = this.#head
    const known = Math.min(head.length, start.length)
    if (head.slice(0, known) !== start.slice(0, known)) {
      const text = JSON.stringify(head.slice(0, shown))
      return { kind: 'broken', problem: `it does not reply in HTTP but with ${text}` }
    }
    // The empty line may have begun in the bytes before.
    const from = Math.max(0, already - 3)
    const end = /\n\r?\n/.exec(head.slice(from))
    if (end === null) {
      if (this.#before + head.length < maxHead) return more
      return { kind: 'broken', problem: `its reply has more than ${maxHead} bytes of header` }
    }
    const length = from + end.index + end[0].length
    const consumed = length - already
    const reply = this.#readStatus(head.slice(0, length))
    if (reply !== more) return reply.kind === 'open' ? { kind: 'open', consumed } : reply
    this.#before += length
    this.#head = ''
    if (consumed === bytes.length) return more
    const next = this.receive(bytes.subarray(consumed))
    return next.kind === 'open' ? { kind: 'open', consumed: consumed + next.consumed } : next
  }

  #readStatus(head: string): TunnelResult {
    const [line = ''] = head.split(/\r?\n/, 1)
    const [, status = '', , reason = ''] = /^HTTP\/1\.\d (\d{3})( (.*))?$/.exec(line) ?? []
    const text = reason.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, shown)
    if (status.startsWith('1')) return more
    if (status.startsWith('2')) return { kind: 'open', consumed: 0 }
    if (status === '') {
      const shownLine = JSON.stringify(line.slice(0, shown))
      return { kind: 'broken', problem: `it does not reply in HTTP but with ${shownLine}` }
    }
    const said = `${status} ${text}`.trim()
    return { kind: 'refused', reason: `it replied ${said}${this.#advice(status)}` }
  }

  #advice(status: string): string {
    if (status !== '407') return advice[status] ?? ''
    return this.#hasLogin
      ? ': it does not accept the user and the password'
      : ': it asks for a user and a password, as in http://user:password@host:port'
  }
}

const advice: Readonly<Record<string, string>> = {
  '400': ': it does not take CONNECT, or not like this',
  '403': ': it does not permit that host or port',
  '404': ': it is no proxy, or does not know that host',
  '405': ': it does not take CONNECT',
  '501': ': it does not take CONNECT',
  '502': ': it could not connect',
  '503': ': it could not connect, or has too much to do',
  '504': ': the endpoint did not reply to the proxy',
}
