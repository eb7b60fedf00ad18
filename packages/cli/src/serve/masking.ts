import type { MaskRule } from 'hawser/log'
import type { ServerEvent } from '../output/events.js'
import { loadMasks } from '../wire/masks.js'
import type { ServeOptions } from './options.js'

type Tell = (event: ServerEvent) => void

/** What `--mask` does. */
export interface Masking {
  /** For the log; undefined without any. */
  readonly rules: readonly MaskRule[] | undefined
  /** @returns shows events without their secrets */
  around(tell: Tell): Tell
}

/**
 * What masks is loaded only where it is asked for.
 *
 * @returns rejects with OptionError for an expression that may match without bound
 */
export async function loadMasking({ mask, framing }: ServeOptions): Promise<Masking> {
  const rules = await loadMasks(mask)
  if (rules === undefined) return { rules, around: (tell) => tell }
  const { maskEvents } = await import('../foreground/mask-events.js')
  return { rules, around: (tell) => maskEvents(tell, rules, framing.kind === 'raw') }
}
