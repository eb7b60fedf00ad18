// Ship a log to a collector, and lose no line.
//
//   npm run example log-shipping [collect FILE [ENDPOINT] | ship [ENDPOINT]]
//
// Without arguments it ships three lines to a collector of its own. Otherwise run `collect` in one
// terminal and `ship` in another, type lines, kill the collector, type more, and start it again.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { formatEndpoint } from 'hawser'
import { createCollector } from './collector.js'
import { Shipper } from './shipper.js'

const usual = 'tcp://127.0.0.1:5140'
const [verb = 'both', ...args] = process.argv.slice(2)
if (verb === 'collect') await collect(args[0] ?? 'collected.jsonl', args[1])
else if (verb === 'ship') await ship(args[0])
else await both()

async function collect(path: string, endpoint = usual): Promise<void> {
  const collector = await createCollector(path)
  await collector.listen(endpoint)
  for (const address of collector.addresses())
    console.log(`listening on ${formatEndpoint(address)}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void collector.close())
  console.log('Ctrl-C ends it.')
}

async function ship(endpoint = usual): Promise<void> {
  const shipper = new Shipper(endpoint)
  shipper.client.on('disconnected', ({ retryIn }) => console.log(`again in ${retryIn} ms`))
  for await (const line of createInterface({ input: process.stdin }))
    shipper.ship(line).then(
      ({ stored }) => console.log(`all up to line ${stored} is stored`),
      (error: Error) => console.error(`not stored: ${error.message}`),
    )
  await shipper.close()
}

async function both(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-logs-'))
  const file = join(folder, 'log.jsonl')
  const collector = await createCollector(file)
  await collector.listen('tcp://127.0.0.1:0')
  const shipper = new Shipper(collector.address())
  await Promise.all(['started', 'working', 'done'].map((text) => shipper.ship(text)))
  console.log(await readFile(file, 'utf8'))
  await shipper.close()
  await collector.close()
  await rm(folder, { recursive: true })
}
