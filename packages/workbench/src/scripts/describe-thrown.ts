/** Letters of it that are said. */
const longest = 500

/** What was thrown, as a text. It may be anything, and reading it may throw as well. */
export function describeThrown(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown).slice(0, longest)
  } catch {
    return 'it threw what cannot be shown'
  }
}
