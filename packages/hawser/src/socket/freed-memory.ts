import { Buffer } from 'node:buffer'

/** What glibc takes into account at most is 32 MiB. */
const mapping = 16 * 1024 * 1024
let isDone = false

/**
 * Have the C library keep memory that a collection freed, for the next large reads.
 *
 * Each large read has memory of its own, and a collection frees megabytes of it at once. glibc returns
 * what is free at the end of its heap to the operating system as soon as that is above M_TRIM_THRESHOLD,
 * which is 128 KiB (mallopt(3)), and each page of it comes back by a fault: half of what bulk costs, in
 * processes whose heap happens to end with these buffers. When a mapping is freed, glibc raises the
 * threshold by itself, to twice the mapping. This one is never touched, so it takes no memory. Other C
 * libraries take no notice.
 */
export function keepFreedMemory(): void {
  if (isDone) return
  isDone = true
  try {
    Buffer.allocUnsafeSlow(mapping)
  } catch {
    // The process may not map as much: nothing is lost but the speed.
  }
}
