import { startWorkbench } from '@hawser/workbench'
import { loadMasks } from '../wire/masks.js'
import type { ServePage } from '../serve/page.js'
import { fromServe } from './from-options.js'
import { savedFile } from './saved-file.js'
import { createTools } from './tools.js'

/** Serves the page of a workbench in which the server of `hawser serve` is the first session. */
export function createServePage(version: string): ServePage {
  return async (server, options, notice) => {
    const { page, pageOpen, log, logLimit, mask, endpoints } = options
    const definition = fromServe({ ...options, endpoints: endpoints.slice(0, 1) })
    const bench = await startWorkbench({
      tools: createTools(version, { own: definition.framing }),
      ...{ page, log, logLimit },
      saved: savedFile(),
      mask: await loadMasks(mask),
      isOpen: pageOpen,
      onNotice: (_, text) => notice(text),
    })
    await bench.adopt(definition, server as unknown as Parameters<typeof bench.adopt>[1])
    return bench
  }
}
