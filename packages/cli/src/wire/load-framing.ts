import type { Framing } from 'hawser'
import type { FramingChoice } from '../arguments/framing/choice.js'
import type { Outgoing } from './adapter.js'
import { createFraming, type WireOptions } from './framing.js'

/** A framing that the command can use. */
export type WireFraming = Framing<Uint8Array, Outgoing>

/**
 * The framing that the user chose: the library's, or that of a module.
 *
 * @returns rejects with UsageError, or with the library's OptionError
 */
export async function loadFraming(
  choice: FramingChoice,
  options: WireOptions,
): Promise<WireFraming> {
  if (choice.kind !== 'module') return createFraming(choice, options)
  const { loadModuleFraming } = await import('./module-framing.js')
  return loadModuleFraming(choice)
}
