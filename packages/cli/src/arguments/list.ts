/** The entries of a list written with commas; given again, the option adds to it. */
export function collectList(text: string, previous: readonly string[] | undefined): string[] {
  const entries = text.split(',').map((entry) => entry.trim())
  return [...(previous ?? []), ...entries]
}
