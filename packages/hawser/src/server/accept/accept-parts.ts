import type { TlsStore } from '../../socket/tls/tls-store.js'
import type { Failures } from '../failures.js'
import type { ServerEmitter } from '../server-events.js'
import type { ServerSettings } from '../server-settings.js'
import type { Register } from './register.js'

/** What is shared by all parts of a server that open connections, keep them or turn them away. */
export interface AcceptParts<In, Out> {
  readonly setup: ServerSettings<In, Out>
  readonly register: Register<In, Out>
  /** The certificates in use. */
  readonly tls: TlsStore
  readonly server: ServerEmitter<In, Out>
  readonly failures: Failures<In, Out>
}
