import { setMaxListeners } from 'node:events'
import { openLog } from 'hawser/log'
import { prepareServeTls } from '../certificate/prepare-tls.js'
import { CommandError, exitNetwork, exitOk, sayLostOutput } from '../failure.js'
import { Interrupts, signalExitCodes } from '../input/interrupts.js'
import { count } from '../output/numbers.js'
import { escapeText } from '../output/escape.js'
import { openStandardOutput } from '../output/sinks/standard.js'
import type { Sink } from '../output/sinks/sink.js'
import { loadFraming } from '../wire/load-framing.js'
import { AsServer } from './as-server.js'
import type { ReplayOptions } from './options.js'
import type { Outcome } from './play/conversation.js'
import { describeDifference, Tally } from './report.js'
import type { Recording, Start } from './script/recorded.js'
import { type Audience, Stage } from './stage.js'
import { ToServer } from './to-server.js'

/** Further differences are counted, and not shown. */
const mostShown = 10

/**
 * Play a log to its end.
 *
 * @returns the exit code: 1 for any difference
 */
export async function replay(options: ReplayOptions): Promise<number> {
  const log = await openLog(options.file)
  try {
    return await new ReplayCommand(options, log).run()
  } finally {
    await log.close()
  }
}

class ReplayCommand implements Audience {
  readonly #options: ReplayOptions
  readonly #recording: Recording
  readonly #sink: Sink
  readonly #tally = new Tally()
  readonly #abort = new AbortController()
  #exitCode = exitOk
  #shown = 0
  #isMaskSaid = false

  constructor(options: ReplayOptions, recording: Recording) {
    this.#options = options
    this.#recording = recording
    // Each connection listens to it, and there may be thousands.
    setMaxListeners(0, this.#abort.signal)
    this.#sink = openStandardOutput((error) => process.exit(sayLostOutput(error)))
  }

  async run(): Promise<number> {
    new Interrupts((_count, signal) => {
      this.#exitCode = signalExitCodes[signal]
      this.#abort.abort()
    }).listen()
    const { firstRow } = this.#recording.info()
    if (firstRow > 0) {
      this.#say(`the log begins with row ${count(firstRow)}: older connections are left out`)
    }
    try {
      const found = await this.#play()
      if (found === 0 && !this.#tally.hasSkipped) throw this.#nothing()
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error
    }
    if (!this.#options.quiet) this.#say(this.#tally.describe())
    await this.#sink.drained()
    return this.#exitCode || (this.#tally.isGood ? exitOk : exitNetwork)
  }

  played({ connection }: Start, outcome: Outcome): void {
    this.#tally.add(outcome)
    const { difference, failure } = outcome
    const who = `connection ${count(connection)}`
    if (failure !== undefined) this.#show([`${who}: ${failure}`])
    if (difference === undefined) return
    const { how, wait } = this.#options
    const whose = how.as === 'client' ? 'server' : 'client'
    this.#show(describeDifference(difference, { who, whose, wait }))
  }

  skipped({ connection }: Start, why: string): void {
    this.#tally.skip()
    this.#show([`connection ${count(connection)} is skipped: ${why}`])
  }

  /** Said once: in a log that has masks, most connections may have them. */
  masked({ connection }: Start, row: number): void {
    if (this.#isMaskSaid) return
    this.#isMaskSaid = true
    const where = `connection ${count(connection)}, row ${count(row)}`
    this.#say(`the log is masked (${where}): its * are sent and compared as they are`)
  }

  async #play(): Promise<number> {
    const { how, speed, wait, expect, masks, maxFrame, maxConnections } = this.#options
    const { connection: only, repeat } = this.#options
    const choice = this.#options.framing
    const framing = choice && (await loadFraming(choice, { crlf: false, maxFrame }))
    const ours = how.as
    const playing = { speed, wait, expect, masks, framing }
    const stage = new Stage(this.#recording, ours, playing, this, this.#abort.signal)
    if (how.as === 'server') {
      const audience = {
        listening: (endpoints: readonly string[]) => {
          for (const endpoint of endpoints) {
            const place = how.tls === undefined ? endpoint : endpoint.replace('tcp:', 'tls:')
            this.#say(`listening on ${place} (replay)`)
          }
        },
        notice: (text: string) => this.#show([escapeText(text)]),
      }
      const tls = await prepareServeTls(how.tls)
      if (tls?.notice !== undefined) this.#say(escapeText(tls.notice))
      if (tls?.trust !== undefined) this.#say(`clients trust it with --ca ${escapeText(tls.trust)}`)
      const settings = { only, rounds: repeat, maxConnections, tls: tls?.options }
      return new AsServer(stage, audience, settings).run(how.listen)
    }
    const { target: endpoint, tls } = how
    const { connectTimeout } = this.#options
    const target = { endpoint, tls, connectTimeout, maxConnections }
    let found = 0
    for (let round = 0; round < repeat; round++) {
      found += await new ToServer(stage, target).run(only)
      if (found === 0) break
    }
    return found
  }

  #nothing(): CommandError {
    const { connection, file } = this.#options
    const { connections } = this.#recording.info()
    if (connection === undefined) {
      return new CommandError(`${file} has no connection`, 'record one: hawser help replay')
    }
    return new CommandError(
      `${file} has no connection ${connection}`,
      `its connections are 1 to ${connections}`,
    )
  }

  #show(lines: readonly string[]): void {
    this.#shown += 1
    if (this.#shown <= mostShown) for (const line of lines) this.#say(line)
    else if (this.#shown === mostShown + 1) this.#say('… the rest is counted, and not shown')
  }

  #say(line: string): void {
    this.#sink.write(`${line}\n`)
  }
}
