import process from 'node:process'
import { report } from '../report.js'
import { type HawserError, NotifyError } from '../errors.js'
import type { Clock, ClockTimer } from '../policy/clock.js'
import { sharedListening } from '../socket/listen/shared-listening.js'
import type { Environment } from './notify-command.js'

/** What a notifier needs. */
export interface NotifierSetup {
  readonly environment: Environment
  readonly clock: Clock
  readonly onError: (error: HawserError) => void
}

let make: (setup: NotifierSetup) => SystemdNotifier

/** A notifier that has said nothing. */
export function makeNotifier(setup: NotifierSetup): SystemdNotifier {
  return make(setup)
}

/**
 * Tells systemd how a service is (sd_notify(3)). Without `NOTIFY_SOCKET`, every call does nothing. No
 * call rejects: `onError` gets the errors.
 */
export class SystemdNotifier implements Disposable {
  /** Milliseconds after which systemd takes a silent service for hung; `Infinity` without a watchdog. */
  readonly watchdog: number
  readonly #setup: NotifierSetup
  readonly #isWanted: boolean
  #last: Promise<void> = Promise.resolve()
  #pinging = false
  #timer: ClockTimer | undefined
  #stopped = false
  static {
    make = (setup) => new SystemdNotifier(setup)
  }

  /** Made by `notifySystemd`. */
  private constructor(setup: NotifierSetup) {
    this.#setup = setup
    this.#isWanted = (setup.environment['NOTIFY_SOCKET'] ?? '') !== ''
    this.watchdog = this.#isWanted ? watchdogTime(setup.environment) : Infinity
  }

  /** Whether messages are sent. A worker sends none: the primary process speaks for all. */
  get active(): boolean {
    return this.#isWanted && sharedListening() === undefined
  }

  /**
   * It has started, or has reloaded: `READY=1`. From now on the watchdog gets a sign of life,
   * twice within its time, for as long as the event loop turns.
   *
   * @param status what `systemctl status` shows
   * @returns fulfils when systemd has read it
   */
  ready(status?: string): Promise<void> {
    if (this.#timer === undefined) this.#watch()
    return this.#send('READY=1', ...statusLine(status))
  }

  /** The service begins to end: `STOPPING=1`. */
  stopping(status?: string): Promise<void> {
    return this.#send('STOPPING=1', ...statusLine(status))
  }

  /** It reads its configuration again (`RELOADING=1`); say `ready()` when that is done. */
  reloading(status?: string): Promise<void> {
    // CLOCK_MONOTONIC, by which systemd tells this reload from an earlier one.
    const time = process.hrtime.bigint() / 1_000n
    return this.#send('RELOADING=1', `MONOTONIC_USEC=${time}`, ...statusLine(status))
  }

  /** What `systemctl status` shows: one line. */
  status(text: string): Promise<void> {
    return this.#send(...statusLine(text))
  }

  /**
   * Await this before `process.exit()`, which would cut off messages under way.
   *
   * @returns fulfils when systemd has read all messages
   */
  flush(): Promise<void> {
    return this.#last
  }

  /** Send the watchdog nothing more: systemd ends the service in the end. May be called again. */
  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  /** The same as `stop()`, for `using`. */
  [Symbol.dispose](): void {
    this.stop()
  }

  #watch(): void {
    if (this.watchdog === Infinity || this.#stopped) return
    // A timer, so that it is the event loop that says it is alive.
    this.#timer = this.#setup.clock.schedule(() => this.#ping(), this.watchdog / 2, false)
  }

  #ping(): void {
    this.#watch()
    // One that systemd has not read yet says all that a second one could.
    if (this.#pinging) return
    this.#pinging = true
    void this.#send('WATCHDOG=1').then(() => {
      this.#pinging = false
    })
  }

  /** One after the other, in the order of the calls. */
  #send(...assignments: string[]): Promise<void> {
    if (this.active) this.#last = this.#last.then(() => this.#tell(assignments))
    return this.#last
  }

  async #tell(assignments: readonly string[]): Promise<void> {
    const { environment, onError } = this.#setup
    try {
      // Only where it is needed: most programs start no other.
      const { runNotify } = await import('./notify-command.js')
      await runNotify(assignments, environment)
    } catch (cause) {
      const error = notifyError(assignments[0] ?? '', cause as NodeJS.ErrnoException)
      report(() => onError(error))
    }
  }
}

/** Half of it is a ping; `WATCHDOG_PID` says whom it is about (sd_watchdog_enabled(3)). */
function watchdogTime({ WATCHDOG_USEC: time, WATCHDOG_PID: pid }: Environment): number {
  const isOurs = pid === undefined || Number(pid) === process.pid
  return isOurs && time !== undefined && /^[1-9]\d*$/.test(time) ? Number(time) / 1_000 : Infinity
}

function statusLine(status: string | undefined): string[] {
  return status === undefined ? [] : [`STATUS=${status.replaceAll(/\s*[\r\n]+\s*/g, ' ')}`]
}

function notifyError(what: string, cause: NodeJS.ErrnoException): NotifyError {
  const advice =
    cause.code === 'ENOENT'
      ? 'the program systemd-notify is not in PATH: install systemd, or unset NOTIFY_SOCKET'
      : `${cause.message}: check NOTIFY_SOCKET and NotifyAccess=`
  const text = `systemd could not be told ${what}: ${advice}`
  return new NotifyError('HAWSER_NOTIFY_FAILED', text, { op: 'notify', cause })
}
