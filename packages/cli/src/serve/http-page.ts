import { showBytes } from '../output/text.js'
import type { HttpRequest } from '../wire/http-request.js'

/** Where a request came from, for the page that answers it. */
export interface PageContext {
  /** The client's number. */
  readonly id: number
  /** The peer's address. */
  readonly remote: string
  /** Our address. */
  readonly local: string
}

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem}' +
  'pre{background:#8881;padding:1rem;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere}' +
  ':root{color-scheme:light dark}'

/** The whole HTTP/1.1 response to a request: a small page that says what reached the server. */
export function createPage(request: HttpRequest, context: PageContext): Uint8Array {
  const status = request.oversized ? '431 Request Header Fields Too Large' : '200 OK'
  const body = Buffer.from(renderPage(request, context))
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: text/html; charset=utf-8',
    `Content-Length: ${body.length}`,
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    `Date: ${new Date().toUTCString()}`,
    'Connection: close',
    '',
    '',
  ].join('\r\n')
  // RFC 9110, section 9.3.2: the answer to HEAD has no content, and the length it would have had.
  return request.method === 'HEAD' ? Buffer.from(head) : Buffer.concat([Buffer.from(head), body])
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that is safe between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

function renderPage(request: HttpRequest, context: PageContext): string {
  const { bytes, bodyStart } = request
  const size = `${bytes.length} bytes`
  const lines = show(bytes.subarray(0, bodyStart)).trimEnd()
  const content = bytes.subarray(bodyStart)
  const body = content.length === 0 ? '' : `<p>and, as its body:</p>\n<pre>${show(content)}</pre>\n`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>Hello from Hawser</title>
<style>${style}</style>
<h1>Hello, you are client ${context.id}</h1>
<p>You came from <b>${escapeHtml(context.remote)}</b> to <b>${escapeHtml(context.local)}</b>,
and this is what reached the server (${size}):</p>
<pre>${lines}</pre>
${body}<p>Others on this port speak as they like: try <code>telnet</code> or <code>nc</code>.</p>
</html>
`
}

/** Bytes as HTML: line feeds stay, everything else that cannot be seen is escaped. */
function show(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .split(/\r?\n/)
    .map((line) => escapeHtml(showBytes(Buffer.from(line, 'latin1'), (escape) => escape)))
    .join('\n')
}
