import process from 'node:process'

/** The logs of this thread that are open. */
const open = new Set<() => void>()

/**
 * Call `flush` when the process exits, which waits for nothing that is not done at once.
 *
 * @returns ends that
 */
export function flushAtExit(flush: () => void): () => void {
  if (open.size === 0) process.on('exit', flushAll)
  open.add(flush)
  return () => {
    if (open.delete(flush) && open.size === 0) process.off('exit', flushAll)
  }
}

function flushAll(): void {
  for (const flush of open) {
    try {
      flush()
    } catch {
      // The disk is full, for instance: the file ends with its last whole block.
    }
  }
}
