// Share three connections among many transactions. Each transaction has a connection of its own.
//
//   npm run example pool
//
// It ends by itself.
import { createPool, createServer, lines } from 'hawser'

/** Adds up. A connection's sum counts when it commits, and is forgotten when it rolls back. */
let total = 0
const server = createServer(
  { framing: lines(), data: () => ({ sum: 0 }) },
  {
    message(connection, line) {
      const { data } = connection
      const [word, number] = line.split(' ')
      if (word === 'begin' || word === 'rollback') data.sum = 0
      else if (word === 'add') data.sum += Number(number)
      else if (word === 'commit') total += data.sum
      return connection.send(`${word} is done`)
    },
  },
)
await server.listen('tcp://127.0.0.1:0')

const pool = createPool<string, string>(server.address(), {
  framing: lines(),
  max: 3,
  // Each new connection begins with the first, and is checked by the second before it is lent.
  onConnect: async (lease) => console.log(`a new connection: ${await lease.request('hello')}`),
  validate: (lease) => lease.request('ping', { timeout: 500 }),
})

/** A transaction has a connection of its own from its first word to its last. */
async function add(numbers: readonly number[]): Promise<void> {
  await pool.run(async (lease) => {
    await lease.request('begin')
    for (const number of numbers) {
      await lease.request(`add ${number}`)
      if (number < 0) {
        await lease.request('rollback')
        throw new RangeError(`${number} is negative: all of it is rolled back`)
      }
    }
    await lease.request('commit')
  })
}

const orders = [[1, 2], [3], [4, -5], [6], [7, 8, 9], [10]]
const results = await Promise.allSettled(orders.map((order) => add(order)))
for (const result of results) {
  if (result.status === 'rejected') console.log((result.reason as Error).message)
}
console.log(`the total is ${total}`)

{
  // The same by hand. The block gives it back when it ends, by an error too.
  using lease = await pool.acquire({ timeout: 1_000 })
  console.log(`by hand: ${await lease.request('begin')}`)
}
const { created, idle } = pool.info()
console.log(`${created} connections were made, ${idle} are idle`)

await pool.close()
await server.close()
