import process from 'node:process'
import { warn } from '../report.js'
import { steadyClock } from '../connection/time/steady-clock.js'
import type { HawserError } from '../errors.js'
import { checkOptions } from '../options/check-options.js'
import type { NamesOf } from '../options/option-names.js'
import type { Clock } from '../policy/clock.js'
import { formatEndpoint } from '../socket/endpoint.js'
import type { AddressInfo } from '../observe/payloads.js'
import { makeNotifier, type SystemdNotifier } from './notifier.js'
import type { Environment } from './notify-command.js'

/** The part of a `Server` that is needed. */
export interface NotifiedServer {
  /** Where it listens. */
  addresses(): readonly (AddressInfo | string)[]
  /** Its open connections. */
  readonly connections: {
    /** How many there are. */
    readonly size: number
  }
  /** Its events `listening` and `closing`. */
  on(event: 'listening' | 'closing' | 'close', listener: () => void): unknown
}

/** How messages reach systemd. */
export interface SystemdOptions {
  /** Where `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID` and `PATH` are. Default `process.env`. */
  readonly env?: Environment | undefined
  /** Where time comes from. Default: the system. */
  readonly clock?: Clock | undefined
  /** Gets the error when a message cannot be sent. Default: a process warning shows it. */
  readonly onError?: ((error: HawserError) => void) | undefined
}

/** The names of the options in {@link SystemdOptions}. */
const systemdNames: NamesOf<SystemdOptions> = {
  env: true,
  clock: true,
  onError: 'function',
}

/**
 * Tell systemd how a service of `Type=notify` is (sd_notify(3)): `READY=1` once the server listens,
 * `STOPPING=1` when it begins to close, and `WATCHDOG=1` twice within `WatchdogSec=` for as long as
 * the event loop turns. Without `NOTIFY_SOCKET` it does nothing.
 *
 * systemd's own program systemd-notify sends the messages. A service that does not run as root needs
 * `NotifyAccess=all`, since its messages come from that program.
 *
 * @param server leave it out to send every message yourself
 * @throws OptionError for an option that does not exist
 */
export function notifySystemd(
  server?: NotifiedServer,
  options: SystemdOptions = {},
): SystemdNotifier {
  checkOptions(options, systemdNames)
  const { env = process.env, onError = warn } = options
  const clock = steadyClock(options.clock)
  const notifier = makeNotifier({ environment: env, clock, onError })
  if (server === undefined || !notifier.active) return notifier
  let told = ''
  const listening = (): void => {
    const places = server.addresses().map((address) => formatEndpoint(address))
    const status = `listening on ${places.join(', ')}`
    if (status === told) return
    void (told === '' ? notifier.ready(status) : notifier.status(status))
    told = status
  }
  server.on('listening', listening)
  server.on('closing', () => {
    const { size } = server.connections
    void notifier.stopping(`draining ${size} ${size === 1 ? 'connection' : 'connections'}`)
  })
  server.on('close', () => notifier.stop())
  if (server.addresses().length > 0) listening()
  return notifier
}
