import process from 'node:process'

/** Bytes that the process of a script may have: its heap, its buffers, which lie outside of it, and Node.js itself. */
const mostBytes = 512 * 1024 * 1024
/** Milliseconds between two looks, and looks in a row with too many: what is not needed any more may still be there. */
const interval = 100
const mostLooks = 5

/**
 * Look at the memory of this process from time to time. Node.js has no limit for buffers. A thread that fills them in a loop
 * lets nothing else run in it, so another one has to look.
 *
 * @param exceeded called with what is wrong
 */
export function limitMemory(exceeded: (why: string) => void): void {
  let looks = 0
  setInterval(() => {
    const bytes = process.memoryUsage.rss()
    looks = bytes > mostBytes ? looks + 1 : 0
    if (looks < mostLooks && bytes < 2 * mostBytes) return
    exceeded(`its memory is ${bytes} bytes, buffers included, and at most ${mostBytes} are allowed`)
  }, interval).unref()
}
