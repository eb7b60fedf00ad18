import {
  type ConnectionState,
  type LentProxy,
  type ProxyAround,
  type ProxyDefinition,
  WorkbenchError,
} from '@hawser/workbench'
import type { ConnectTls, ServeTls } from '../../arguments/flags/tls-choice.js'
import { prepareServeTls } from '../../certificate/prepare-tls.js'
import { localName, remoteName } from '../../output/addresses.js'
import type { ServerEvent } from '../../output/events.js'
import { EmbeddedProxy, type JoinedPair } from '../../proxy/embedded-proxy.js'
import { ByHand } from './by-hand.js'

/** Both sides of TLS, with what the library does by itself. */
const plain = {
  cert: undefined,
  key: undefined,
  ca: undefined,
  alpn: undefined,
  minVersion: undefined,
}
const tlsIn: ServeTls = { ...plain, clientCertificate: undefined, handshakeTimeout: undefined }
const tlsOut: ConnectTls = { ...plain, servername: undefined, insecure: undefined, pins: undefined }

/**
 * Start a proxy for the workbench.
 *
 * @returns rejects with UsageError for a fault that is none, with what the library says when it cannot listen
 */
export async function lendProxy(
  definition: ProxyDefinition,
  around: ProxyAround,
): Promise<LentProxy> {
  const { name, listen, target, faults = [], seed, idleTimeout } = definition
  const { log, details } = around
  const tls = definition.tlsIn === true ? await prepareServeTls(tlsIn) : undefined
  const byHand = new ByHand()
  const proxy = new EmbeddedProxy({
    ...{ name, listen, target, faults, seed, log, details },
    idle: idleTimeout,
    tlsIn: tls?.options,
    tlsOut: definition.tlsOut === true ? tlsOut : undefined,
    tell: (event) => hear(event, around),
    changed: () => around.changed(),
  })
  await proxy.start()

  function find(connection: number): JoinedPair {
    const pair = proxy.joined.get(connection)
    if (pair !== undefined) return pair
    const text = `connection ${connection} is not open any more`
    throw new WorkbenchError('WORKBENCH_NOT_FOUND', text)
  }

  return {
    get addresses() {
      return proxy.listen === undefined ? [] : [proxy.listen]
    },
    get accepted() {
      return proxy.counts.accepted
    },
    get refused() {
      return proxy.counts.refused
    },
    get bytesRead() {
      return proxy.counts.bytesRead
    },
    get bytesWritten() {
      return proxy.counts.bytesWritten
    },
    connections(most) {
      const connections: ConnectionState[] = []
      for (const [id, pair] of proxy.joined) {
        if (connections.length >= most) break
        connections.push(describe(id, pair, byHand.isPaused(pair.client)))
      }
      return { all: proxy.joined.size, connections }
    },
    setFaults: (texts) => proxy.setFaults(texts),
    act(connection, act) {
      const pair = find(connection)
      for (const end of [pair.client, pair.target]) byHand.act(end, act)
    },
    stop: () => proxy.stop(),
  }
}

function hear(event: ServerEvent, around: ProxyAround): void {
  if (event.event === 'error') around.failed(event.message)
  else if (event.event === 'refused') around.changed()
}

function describe(
  id: number,
  { client, target, since }: JoinedPair,
  isPaused: boolean,
): ConnectionState {
  const { phase, bytesRead, bytesWritten, unsent, tls } = client
  return {
    id,
    session: 0,
    local: localName(client),
    remote: `${remoteName(client)} → ${remoteName(target)}`,
    ...{ since, phase, isPaused, bytesRead, bytesWritten, unsent },
    ...(tls === undefined
      ? {}
      : {
          tls: {
            protocol: tls.protocol,
            cipher: tls.cipher,
            alpn: tls.alpn,
            servername: tls.servername,
            certificates: [],
          },
        }),
  }
}
