import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/**
 * Bytes of heap and buffers in use. The engine frees buffers behind a collection, on another thread:
 * what one leaves for later is done when the next begins.
 */
export async function usedMemory(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    await new Promise(setImmediate)
    collect()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
