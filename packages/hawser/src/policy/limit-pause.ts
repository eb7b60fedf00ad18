/** Where accepting begins again, of the limit at which it stopped: 90 %. */
const resumeShare = 0.9

/**
 * Whether accepting stands still. It stops when the limit is reached, and begins again only when a
 * tenth of it is free: otherwise each connection that ends would start it and the next one stop it.
 *
 * @param was whether it stood still before
 */
export function isPaused(was: boolean, open: number, limit: number): boolean {
  if (open >= limit) return true
  return was && open > Math.floor(limit * resumeShare)
}
