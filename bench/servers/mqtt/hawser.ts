import type { Server } from 'hawser'
import { serveHawser } from '../hawser/server.js'

const example = new URL('../../../../examples/dist/protocols/mqtt/broker.js', import.meta.url).href
const { createBroker } = (await import(example)) as {
  createBroker: (options: object) => Server<unknown, unknown>
}
await serveHawser(createBroker({ backlog: 4096 }))
