import type { Clock, TlsServerOptions } from 'hawser'
import type { MaskRule } from 'hawser/log'
import type { ServerEvent } from '../output/events.js'
import type { WireFraming } from '../wire/load-framing.js'
import type { Reserve } from './lanes/reserve.js'
import type { ProxyOptions } from './options.js'
import type { Recorder } from './recorder.js'
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
  /** What is not to be shown. */
  readonly masks: readonly MaskRule[] | undefined
  /** Writes a session log, where one is wished for. */
  readonly recorder: () => Recorder | undefined
  /** The rules, where there are any. */
  readonly rules: () => RulesFile | undefined
  readonly tell: (event: ServerEvent) => void
  /** The number of the next connection that is shown. */
  readonly nextId: () => number
}
