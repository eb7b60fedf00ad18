import { once } from 'node:events'
import { WebSocket } from 'ws'

/** Rows that a window shows. */
const visible = 45

/** Do what a page does that follows: hear how many rows there are, and ask for those in sight. */
export async function follow(link: string): Promise<void> {
  const { origin, host, hash } = new URL(link)
  const token = new URLSearchParams(hash.slice(1)).get('token')
  const entry = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { Origin: origin, 'Content-Type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  const cookie = entry.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const { key } = (await entry.json()) as { readonly key: string }
  const socket = new WebSocket(`ws://${host}/socket`, key, { headers: { Cookie: cookie }, origin })
  await once(socket, 'open')
  let id = 0
  let isAsking = false
  const ask = (request: object): void => socket.send(JSON.stringify({ id: (id += 1), ...request }))
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) {
      isAsking = false
      return
    }
    const said = JSON.parse(data.toString()) as { push?: string; rows?: number }
    if (said.push !== 'view' || isAsking || said.rows === undefined) return
    isAsking = true
    ask({ do: 'rows', view: 1, from: Math.max(0, said.rows - visible), count: visible })
  })
  ask({ do: 'hello' })
  ask({ do: 'open-view', view: 1, filter: { session: 1 } })
}
