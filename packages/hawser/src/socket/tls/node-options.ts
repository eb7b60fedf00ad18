import { ignore, isThenable } from '../../promises.js'
import { invalid, show } from '../../options/invalid.js'
import { isA, textOf } from '../../errors.js'
import type { TlsNodeOptions } from '../../tls.js'

const withTheSocket = 'belongs to the connection: leave it out'

/** What Hawser sets itself, and what to do. */
const ours: Readonly<Record<string, string>> = {
  key: 'is set by tls.key',
  cert: 'is set by tls.cert',
  ca: 'is set by tls.ca',
  passphrase: 'is set by tls.passphrase',
  pfx: 'is set by tls.key and tls.cert: convert it with openssl pkcs12',
  minVersion: 'is set by tls.minVersion',
  secureProtocol: 'is set by tls.minVersion',
  ALPNProtocols: 'is set by tls.alpn',
  ALPNCallback: 'is set by tls.alpn',
  servername: 'is set by tls.servername',
  SNICallback: 'is set by tls.sni',
  rejectUnauthorized: 'is set by tls.insecure of a client, tls.clientCertificate of a server',
  requestCert: 'is set by tls.clientCertificate',
  handshakeTimeout: 'is set by tls.handshakeTimeout',
  session: 'is set by tls.sessions',
  sessionIdContext: 'is set by Hawser, so that sessions can be taken up again: leave it out',
  secureContext: 'is made by Hawser: pass what it is made from',
  isServer: withTheSocket,
  server: withTheSocket,
  socket: withTheSocket,
  host: withTheSocket,
  port: withTheSocket,
  path: withTheSocket,
  timeout: withTheSocket,
  highWaterMark: withTheSocket,
  allowHalfOpen: withTheSocket,
  pauseOnConnect: withTheSocket,
  pauseOnCreate: withTheSocket,
  onread: withTheSocket,
  signal: withTheSocket,
}

/**
 * What is passed on to Node.js. Its callbacks may throw, or be async, which they must not: `checkServerIdentity` refuses the server then,
 * and `pskCallback` knows no key, as when it returns what is none.
 *
 * @throws OptionError for what Hawser sets itself
 */
export function nodeOptions(options: TlsNodeOptions | undefined): Record<string, unknown> {
  if (options === undefined) return {}
  if (typeof options !== 'object' || options === null) {
    throw invalid('tls.node', `is ${show(options)}: it takes an object`)
  }
  const passed: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    const advice = Object.hasOwn(ours, name) ? ours[name] : undefined
    if (advice !== undefined) throw invalid(`tls.node.${name}`, advice)
    passed[name] = typeof value === 'function' ? harmless(name, value as Callback) : value
  }
  return passed
}

type Callback = (...parameters: unknown[]) => unknown

function harmless(name: string, callback: Callback): Callback {
  return (...parameters) => {
    try {
      const returned = callback(...parameters)
      if (!isThenable(returned)) {
        return name !== 'pskCallback' || isKey(returned, parameters.length > 1) ? returned : null
      }
      returned.then(undefined, ignore)
      throw new TypeError(`${name} returned a promise, and its value is needed at once`)
    } catch (cause) {
      if (name !== 'checkServerIdentity') return null
      return isA(cause, Error) ? cause : new Error(textOf(cause), { cause })
    }
  }
}

/** Whether Node.js takes it for a key; some of its versions throw where no program can catch it. */
function isKey(returned: unknown, isServer: boolean): boolean {
  if (isServer && ArrayBuffer.isView(returned)) return true
  const { psk, identity } = (returned ?? {}) as {
    readonly psk?: unknown
    readonly identity?: unknown
  }
  return ArrayBuffer.isView(psk) && (isServer || typeof identity === 'string')
}
