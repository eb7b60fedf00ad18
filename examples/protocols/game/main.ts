// Run a game at 20 ticks a second, and play it.
//
//   npm run example game [ENDPOINT]
//
// Two players of its own sail to the east. A player that stops reading misses states, and gets the
// newest when it goes on.
import { connect, formatEndpoint } from 'hawser'
import { createGame } from './game.js'
import { gamePlayer } from './messages.js'

const [endpoint = 'tcp://127.0.0.1:7777'] = process.argv.slice(2)
const game = createGame()
await game.listen(endpoint)
for (const address of game.addresses()) console.log(`listening on ${formatEndpoint(address)}`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void game.close())

await Promise.all([play(), play()])
console.log('Ctrl-C ends it.')

async function play(): Promise<void> {
  await using player = await connect(game.address(), { framing: gamePlayer })
  let me = 0
  let startX: number | undefined
  for await (const news of player) {
    if (news.type === 'welcome') {
      me = news.id
      continue
    }
    const ship = news.ships.find(({ id }) => id === me)
    if (ship === undefined) continue
    startX ??= ship.x
    const sailed = (ship.x - startX + 1000) % 1000
    if (sailed > 5) {
      console.log(`ship ${me} has sailed ${sailed.toFixed(1)} to the east`)
      break
    }
    await player.send({ seen: news.tick, steerX: 127, steerY: 0 })
  }
}
