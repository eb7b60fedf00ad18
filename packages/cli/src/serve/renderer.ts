import { createColours, wantsColour } from '../output/colours.js'
import { createColumnRenderer } from '../output/columns.js'
import type { Renderer } from '../output/events.js'
import { createJsonRenderer } from '../output/json.js'
import { outputWidth } from '../output/standard.js'
import type { ServeOptions } from './options.js'

const shownOnPipe = 4096
/** A page or two of a dump. */
const dumpedOnTerminal = 1024

/**
 * How the events of a server are shown on this process's stdout.
 *
 * @param worker the worker whose events these are, if there are several
 */
export function createRenderer(options: ServeOptions, worker?: number): Renderer {
  const { stdout } = process
  if (options.json) return createJsonRenderer({ hex: options.hex, worker })
  const terminal = stdout.isTTY
  const limit = terminal ? dumpedOnTerminal : options.hex ? Infinity : shownOnPipe
  return createColumnRenderer({
    colours: createColours(wantsColour(stdout, process.env)),
    aligned: terminal,
    hex: options.hex,
    worker,
    workers: options.workers !== undefined,
    limit,
    width: outputWidth,
  })
}
