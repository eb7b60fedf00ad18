/** The tap is one file of CommonJS, which has this. */
declare const __filename: string

/**
 * What was caught around a call of the tap's. A fault of its own ends here. Anything else was thrown by the program and
 * was still on its way through native code when that called back: it goes on.
 */
export function settleFault(error: unknown): void {
  const stack = error instanceof Error ? String(error.stack) : ''
  // What Node.js or the language throws is the tap's if the tap called it.
  const first = stack.match(/^\s+at .*$/gm)?.find((line) => !/<anonymous>\)$|\bnode:/.test(line))
  if (first?.includes(__filename) !== true) throw error
}
