import { createWriteStream, openSync } from 'node:fs'
import { CommandError } from '../../failure.js'
import { createRenderer, type RenderOptions } from '../../foreground/renderer.js'
import { Display } from '../../output/display.js'
import type { ServerEvent } from '../../output/events.js'
import { errorWidth, openStandardError } from '../../output/sinks/standard.js'
import type { Sink } from '../../output/sinks/sink.js'
import { StreamSink } from '../../output/sinks/stream-sink.js'

/** Bytes of output that may wait; above that, events are counted and not shown. */
const terminalBacklog = 256 * 1024
const pipeBacklog = 8 * 1024 * 1024
/** How long the last lines may take to be written. */
const lastWords = 1000
/** Events that even `--quiet` shows. */
const loudEvents = new Set<ServerEvent['event']>(['error', 'notice', 'seen'])

/** Where and how it is shown. */
export interface OutputOptions extends RenderOptions {
  /** A file; undefined is stderr. */
  readonly output: string | undefined
  readonly quiet: boolean
}

/**
 * Where what is seen is shown: stderr, or a file. Stdout is the program's alone, which may be data for another program. When
 * it cannot be written any more, the program goes on all the same.
 */
export class InspectOutput {
  readonly #display: Display
  readonly #isQuiet: boolean
  #isLost = false

  /** @throws CommandError for a file that cannot be written */
  constructor(options: OutputOptions) {
    const { output, quiet } = options
    this.#isQuiet = quiet
    const lose = (error: NodeJS.ErrnoException): void => this.#lose(error, output)
    const sink = output === undefined ? openStandardError(lose) : openFile(output, lose)
    const shown =
      output === undefined
        ? { width: errorWidth, target: process.stderr }
        : { width: () => Infinity, target: {} }
    const isTerminal = shown.width() !== Infinity
    const render = createRenderer(options, shown)
    this.#display = new Display(sink, render, isTerminal ? terminalBacklog : pipeBacklog)
  }

  /** Show an event, unless `--quiet` leaves it out. */
  tell(event: ServerEvent): void {
    if (this.#isLost || (this.#isQuiet && !loudEvents.has(event.event))) return
    this.#display.show(event)
  }

  /** Write what waits, for a second at most. */
  async end(last: ServerEvent): Promise<void> {
    if (!this.#isLost) this.#display.insist(last)
    await this.#display.flush(lastWords)
  }

  #lose(error: NodeJS.ErrnoException, output: string | undefined): void {
    if (this.#isLost) return
    this.#isLost = true
    if (output === undefined) return
    process.stderr.write(`hawser: ${output}: ${error.message}: nothing more is shown there\n`)
  }
}

/** It holds what was said, secrets too: it is made for its owner alone. */
function openFile(file: string, lose: (error: NodeJS.ErrnoException) => void): Sink {
  try {
    const fd = openSync(file, 'w', 0o600)
    return new StreamSink(createWriteStream(file, { fd }), lose)
  } catch (error) {
    const why = (error as Error).message
    throw new CommandError(`cannot write ${file}: ${why}`, 'name another file')
  }
}
