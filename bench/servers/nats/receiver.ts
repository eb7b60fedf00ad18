import { readCpu } from '../../support/measured.js'
import { type Kind, openReceiver } from './ends.js'

// The process that receives: it is asked by the one that sends.
const [kind = '', servers = ''] = process.argv.slice(2)
let left = 0
let times: number[] | undefined
let done: () => void = () => undefined

await openReceiver(kind as Kind, servers, (message) => {
  if (times !== undefined) {
    const sent = BigInt(
      (typeof message === 'string' ? message : Buffer.from(message).toString()).trim(),
    )
    times.push(Number(process.hrtime.bigint() - sent) / 1e6)
  }
  left -= 1
  if (left === 0) done()
})
process.on('disconnect', () => process.exit(0))
process.on('message', ({ question, count = 0 }: { question: string; count?: number }) => {
  if (question === 'cpu') {
    process.send?.(readCpu())
    return
  }
  left = count
  times = question === 'times' ? [] : undefined
  done = () => {
    const sorted = times?.toSorted((one, other) => one - other)
    const at = (share: number): number => sorted?.[Math.floor(sorted.length * share)] ?? 0
    process.send?.({ p50: at(0.5), p99: at(0.99) })
  }
  process.send?.('counting')
})
process.send?.('ready')
