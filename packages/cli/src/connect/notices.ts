import { type Connection, type DisconnectedStatus, formatEndpoint } from 'hawser'
import { sayError } from '../failure.js'
import { describeClose } from '../output/columns.js'
import { describeTls, summarizeTls } from '../output/tls.js'
import type { Outgoing } from '../wire/adapter.js'
import type { ConnectOptions } from './options.js'

/** Whom a connection leads to, and how. */
export function describePeer(
  peer: Connection<Uint8Array, Outgoing>,
  { endpoint, proxy }: Pick<ConnectOptions, 'endpoint' | 'proxy'>,
): string {
  const { remoteAddress: address, remotePort: port, localPort, tls } = peer
  if (address === undefined || port === undefined) return endpoint
  // The other end of the socket is the nearest proxy.
  const by = formatEndpoint({ address, port })
  const where = proxy === undefined ? by : `${endpoint} through ${by.replace('tcp://', '')}`
  if (tls === undefined) return `${where} from port ${localPort}`
  return `${where.replace('tcp:', 'tls:')} from port ${localPort}, ${describeTls(summarizeTls(tls))}`
}

/** What is said of a connection that was lost, or did not come about. */
export interface LossNotice {
  /** Why; undefined when it is what was said last. */
  readonly why: string | undefined
  /** How it goes on. */
  readonly next: string
}

/** Says why there is no connection, once for tries that fail alike, one after the other. */
export class Losses {
  #told: string | undefined

  /** There is a connection: what comes next is news. */
  forget(): void {
    this.#told = undefined
  }

  describe({ info, error, retryIn }: DisconnectedStatus): LossNotice {
    const cause = error ?? info?.error
    const how = info === undefined ? 'not connected' : `disconnected: ${describeClose(info)}`
    const why = cause === undefined ? how : `${how}: ${sayError(cause)}`
    const isNew = info !== undefined || why !== this.#told
    this.#told = why
    const wait = retryIn < 1_000 ? `${retryIn} ms` : `${(retryIn / 1_000).toFixed(1)} s`
    return { why: isNew ? why : undefined, next: `trying again in ${wait}` }
  }
}
