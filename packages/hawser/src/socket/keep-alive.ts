/** The most seconds Linux takes for TCP_KEEPIDLE (tcp(7)). */
const longest = 32_767

/**
 * Milliseconds as Node.js takes them: it cuts to whole seconds, and 0 of them would leave keepalive
 * off without a word.
 */
export function keepAliveDelay(milliseconds: number): number {
  return Math.min(Math.ceil(milliseconds / 1_000), longest) * 1_000
}
