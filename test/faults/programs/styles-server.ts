import type { ServerOptions } from 'hawser'
import { answerRequests } from '../support/answering.js'
import { dialectNames, dialectOf } from '../support/dialects.js'
import { Book } from '../support/ledger.js'
import type { SoakEndpoint } from '../support/soak-endpoint.js'
import { serve, styles } from '../support/styles.js'

/** Every style of consuming with every framing, and every style under TLS. */
const book = new Book()
const servers = new Map<ReturnType<typeof serve>, SoakEndpoint>()

interface Wish {
  readonly host: string
  readonly options: ServerOptions<unknown, unknown>
  /** For TLS, where it is wanted. */
  readonly pair?: { readonly cert: string; readonly key: string }
}

async function listen({ host, options, pair }: Wish): Promise<SoakEndpoint[]> {
  for (const style of styles) {
    for (const dialect of dialectNames) {
      await add(style, dialect, false)
    }
    if (pair !== undefined) await add(style, 'lines', true)
  }
  return [...servers.values()]

  async function add(
    style: (typeof styles)[number],
    dialect: (typeof dialectNames)[number],
    secure: boolean,
  ): Promise<void> {
    const server = serve(style, dialectOf(dialect), book, {
      ...options,
      ...(secure && pair !== undefined ? { tls: pair } : {}),
    })
    await server.listen(`${secure ? 'tls' : 'tcp'}://${host}:0`)
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('not listening on TCP')
    servers.set(server, { style, dialect, secure, port: address.port })
  }
}

function info(): { connections: number; accepted: number; refused: Record<string, number> } {
  let connections = 0
  let accepted = 0
  const refused: Record<string, number> = {}
  for (const server of servers.keys()) {
    const each = server.info()
    connections += each.connections
    accepted += each.accepted
    for (const [reason, count] of Object.entries(each.refused)) {
      refused[reason] = (refused[reason] ?? 0) + count
    }
  }
  return { connections, accepted, refused }
}

answerRequests({ listen, info, book: () => book.collect() })
