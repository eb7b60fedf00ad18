import { request } from 'node:http'
import { Command } from './command.js'

/** A reply of the API. */
export interface ApiReply {
  readonly status: number
  readonly type: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** Start proxies that are all made through the API; @returns its URL */
export async function startApi(
  words: readonly string[] = [],
): Promise<{ proxy: Command; url: string }> {
  const proxy = Command.hawser(['proxy', '--api', '0', ...words])
  const [, url = ''] = await proxy.prints(/API on (http:\S+)\n/)
  return { proxy, url }
}

/** Ask the API, with headers that `fetch` does not let through. */
export function askApi(
  url: string,
  how: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<ApiReply> {
  const [method = '', path = ''] = how.split(' ')
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}${path}`, { method, headers, agent: false }, (incoming) => {
      const pieces: Buffer[] = []
      incoming.on('data', (piece: Buffer) => pieces.push(piece))
      incoming.on('error', reject)
      incoming.on('end', () => {
        resolve({
          status: incoming.statusCode ?? 0,
          type: incoming.headers['content-type'],
          headers: incoming.headers,
          text: Buffer.concat(pieces).toString(),
        })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body))
  })
}
