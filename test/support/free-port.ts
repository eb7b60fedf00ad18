import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below what systems give to those who ask for any port, so that no other test gets it meanwhile. */
const range = { from: 20_000, count: 12_000 }

/** A port of this machine on which nothing listens. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = range.from + Math.floor(Math.random() * range.count)
    const server = createServer()
    const isFree = once(server, 'listening').then(
      () => true,
      () => false,
    )
    server.listen(port, '127.0.0.1')
    if (!(await isFree)) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
