import type { Clock, TlsServerOptions } from 'hawser'
import type { ServerEvent } from '../output/events.js'
import type { WireFraming } from '../wire/load-framing.js'
import type { Reserve } from './lanes/reserve.js'
import type { ProxyOptions } from './options.js'
import type { Recorder } from './recorder.js'
import type { MaskedBytes } from './records/masked-record.js'
import type { RulesFile } from './rules/rules-file.js'

/** What all proxies of the process share. */
export interface ProxySurroundings {
  readonly options: ProxyOptions
  /** How what passes is cut into messages to be shown; undefined where it is not cut. */
  readonly framing: WireFraming | undefined
  /** TLS with the clients, prepared. */
  readonly tls: TlsServerOptions | undefined
  readonly seed: number
  readonly clock: Clock
  readonly reserve: Reserve
  /** Makes what leaves out, of a connection's bytes, what is not to be shown; undefined shows all. */
  readonly createMask: (() => MaskedBytes) | undefined
  /** Writes a session log, where one is wished for. */
  readonly recorder: () => Recorder | undefined
  /** The rules, where there are any. */
  readonly rules: () => RulesFile | undefined
  readonly tell: (event: ServerEvent) => void
  /** The number of the next connection that is shown. */
  readonly nextId: () => number
}
