import { createColours, wantsColour } from '../output/colours.js'
import { createColumnRenderer } from '../output/columns.js'
import type { Renderer } from '../output/events.js'
import { createJsonRenderer } from '../output/json.js'
import type { ServeOptions } from './options.js'

const fewestShown = 120
const shownOnPipe = 4096
/** Wide enough for time, client, direction and size. */
const headWidth = 40

/**
 * How the events of a server are shown on this process's stdout.
 *
 * @param worker the worker whose events these are, if there are several
 */
export function createRenderer(options: ServeOptions, worker?: number): Renderer {
  const { stdout } = process
  if (options.json) return createJsonRenderer({ hex: options.hex, worker })
  const terminal = stdout.isTTY
  const limit = (): number => {
    if (!terminal) return options.hex ? Infinity : shownOnPipe
    // A terminal shows at most three rows of a message, or a page or two of a dump.
    return options.hex ? shownOnPipe / 4 : Math.max(fewestShown, 3 * stdout.columns - headWidth)
  }
  return createColumnRenderer({
    colours: createColours(wantsColour(stdout, process.env)),
    aligned: terminal,
    hex: options.hex,
    worker,
    limit,
  })
}
