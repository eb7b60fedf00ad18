// A primary as a process of its own. It says which workers it has, and does what its input says.
import { createInterface } from 'node:readline'
import { startWorkers } from 'hawser/workers'

const script = new URL('worker.mjs', import.meta.url)
const workers = await startWorkers({ script, count: 2, drain: 5_000 })
const [address] = workers.info().addresses
console.log(
  `serving ${address.port} by ${workers
    .info()
    .workers.map(({ pid }) => pid)
    .join()}`,
)
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'info') console.log(JSON.stringify({ pid: process.pid, ...workers.info() }))
  if (line === 'close') console.log(JSON.stringify(await workers.close()))
}
