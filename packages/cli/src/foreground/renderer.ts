import { type ColourTarget, createColours, wantsColour } from '../output/colours.js'
import { createColumnRenderer } from '../output/columns.js'
import type { Renderer } from '../output/events.js'
import { createJsonRenderer } from '../output/json.js'
import { outputWidth } from '../output/sinks/standard.js'

const shownOnPipe = 4096
/** A page or two of a dump. */
const dumpedOnTerminal = 1024

/** How events are shown. */
export interface RenderOptions {
  readonly json: boolean
  readonly hex: boolean
  /** How many processes show theirs; undefined is this one alone. */
  readonly workers?: number | 'auto' | undefined
}

/** Where a renderer's rows are shown. */
export interface Shown {
  /** The worker whose events these are, if there are several. */
  readonly worker?: number
  /** Columns of the terminal; Infinity where there is none. */
  readonly width: () => number
  /** What decides on colours. Default: stdout. */
  readonly target?: ColourTarget
}

/** How the events of a server are shown; unless told otherwise, on this process's stdout. */
export function createRenderer(
  options: RenderOptions,
  { worker, width, target = process.stdout }: Shown = { width: outputWidth },
): Renderer {
  if (options.json) return createJsonRenderer({ hex: options.hex, worker })
  const isTerminal = width() !== Infinity
  return createColumnRenderer({
    colours: createColours(wantsColour(target, process.env)),
    aligned: isTerminal,
    hex: options.hex,
    worker,
    workers: options.workers !== undefined,
    limit: isTerminal ? dumpedOnTerminal : options.hex ? Infinity : shownOnPipe,
    width,
  })
}
