import type { MaskRule } from 'hawser/log'

/**
 * The rules of `--mask`.
 *
 * @param texts regular expressions
 * @returns undefined without any; rejects with OptionError for one that may match without bound
 */
export async function loadMasks(
  texts: readonly string[] | undefined,
): Promise<readonly MaskRule[] | undefined> {
  if (texts === undefined) return undefined
  const { createMasker } = await import('hawser/log')
  const rules = texts.map((text) => ({ pattern: new RegExp(text) }))
  // One by one: which of them it is about, the error says by quoting it.
  for (const rule of rules) createMasker([rule])
  return rules
}
