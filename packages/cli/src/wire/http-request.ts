/** One header field, as it was sent. */
export type HeaderField = readonly [name: string, value: string]

/** An HTTP/1 request that reached a port where other things are spoken too. */
export class HttpRequest {
  readonly method: string
  readonly target: string
  readonly fields: readonly HeaderField[]
  /** Every byte that was read of it. */
  readonly bytes: Uint8Array
  /** Where in `bytes` the body begins. */
  readonly bodyStart: number
  /** The head was cut: it is larger than what is taken. */
  readonly oversized: boolean

  constructor(bytes: Uint8Array, bodyStart: number, oversized: boolean) {
    const head = Buffer.from(bytes.subarray(0, bodyStart)).toString('latin1')
    const [requestLine = '', ...lines] = head.split(/\r?\n/)
    const [method = '', target = ''] = requestLine.split(' ')
    this.method = method
    this.target = target
    this.fields = lines.flatMap(parseField)
    this.bytes = bytes
    this.bodyStart = bodyStart
    this.oversized = oversized
  }
}

/** The body's length as its sender announced it: 0 without a usable Content-Length. */
export function announcedLength(head: string): number {
  const match = /\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r?\n/i.exec(head)
  return match === null ? 0 : Number(match[1])
}

function parseField(line: string): HeaderField[] {
  const colon = line.indexOf(':')
  return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1).trim()]] : []
}
