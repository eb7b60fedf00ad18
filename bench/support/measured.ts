import { answerRequests, type Request } from '../control.js'

/** What a server tells of its memory, in bytes. */
export interface Memory {
  /** Live JavaScript heap plus what it holds outside, after a full collection. */
  heap: number
  /** Resident pages of the process. */
  rss: number
}

/** Say which port the server took and answer the harness's questions about it. */
export function answerMeasurements(
  port: number,
  more: Readonly<Record<string, Request>> = {},
): void {
  const resident = (): number => process.memoryUsage.rss()
  answerRequests({ cpu: readCpu, rss: resident, memory: readMemory, ...more }, port)
}

/** Microseconds of processor time this process has used, in user mode and in the kernel. */
export function readCpu(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

async function readMemory(): Promise<Memory> {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('memory is asked of a server started without --expose-gc')
  // Finalizers of the first collection free what only the second one can see.
  for (let i = 0; i < 3; i++) {
    gc()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed + external, rss }
}
