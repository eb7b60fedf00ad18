// Simulate a whole system, and find the bug in it.
//
//   npm run example replicas [-- --mended]
//
// A key-value service on two hosts, and a client that writes to both. Its bug shows only when a host is down
// at the wrong moment: a write that is retried later may overtake a newer one. --mended runs the repaired one.
import { createClient, createServer, HawserError, lines } from 'hawser'
import { explore, SimulationError, type World } from 'hawser/simulate'

const isMended = process.argv.includes('--mended')
const stores = ['east', 'west']

/** What a store keeps of a key. */
interface Entry {
  readonly version: number
  readonly value: string
}

/** A store that understands `set KEY VERSION VALUE`. What it keeps outlives its process, as a disk does. */
async function startStore(disk: Map<string, Entry>): Promise<void> {
  const server = createServer(
    { framing: lines() },
    {
      message(connection, line) {
        const [, key = '', version = '', value = ''] = line.split(' ')
        const isNewer = Number(version) > (disk.get(key)?.version ?? -1)
        if (isNewer || !isMended) disk.set(key, { version: Number(version), value })
        connection.trySend('ok')
      },
    },
  )
  await server.listen('tcp://*:7000')
}

/** Writes are done when the first store has them; the others get them in the background. */
async function writeOften(count: number): Promise<void> {
  const [first, ...others] = stores.map((host) =>
    createClient<string, string>(`tcp://${host}:7000`, { framing: lines(), requestTimeout: 1_000 }),
  )
  type Store = NonNullable<typeof first>
  const insist = async (store: Store, request: string): Promise<void> => {
    for (;;) {
      try {
        await store.request(request)
        return
      } catch (error) {
        if (!(error instanceof HawserError)) throw error
        await new Promise((resolve) => setTimeout(resolve, 2_000 * Math.random()))
      }
    }
  }
  const background: Promise<void>[] = []
  for (let version = 1; version <= count; version += 1) {
    const request = `set colour ${version} ${version % 2 === 0 ? 'red' : 'blue'}`
    for (const store of others) background.push(insist(store, request))
    await insist(first as Store, request)
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  await Promise.all(background)
  for (const client of [first, ...others]) await client?.close()
}

async function checkReplicas(world: World): Promise<void> {
  const disks = stores.map(() => new Map<string, Entry>())
  disks.forEach((disk, index) => void world.host(stores[index] ?? '').start(() => startStore(disk)))
  await world.host('writer').start(() => writeOften(world.size['writes'] ?? 1))
  const [east, west] = disks.map((disk) => disk.get('colour')?.version)
  world.must(east === west, `the stores disagree: east has version ${east}, west ${west}`)
}

try {
  const { seeds, time, faults } = await explore(
    {
      seeds: 200,
      hosts: [...stores, 'writer'],
      size: { writes: 50 },
      limit: 600_000,
      // The writer itself is never killed: what it was about to do would be lost with it.
      faults: { every: 3_000, kinds: ['cut', 'bad', 'reset', 'freeze'] },
    },
    checkReplicas,
  )
  console.log(
    `${seeds} seeds, ${faults} faults, ${Math.round(time / 60_000)} minutes: the stores agree`,
  )
} catch (error) {
  if (!(error instanceof SimulationError)) throw error
  const { what, at, options } = error.failure
  console.log(`${what}, after ${Math.round(at)} ms`)
  console.log('simulate() repeats it with', JSON.stringify(options, undefined, 2))
}
