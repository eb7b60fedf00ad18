// A game server with a fixed tick: it takes what players do, and sends all of them how the world is.
import { createServer, type Server, type ServerOptions } from 'hawser'
import { gameServer, type Input, type News } from './messages.js'
import { startTicks } from './ticks.js'

/** 20 ticks a second. */
const tickTime = 50
/** States that may be on their way to a player that has not said that it saw them: half a second. */
const mostAhead = 10
/** The world has no edge: what leaves it on one side comes in on the other. */
const worldSize = 1000

/** A player's ship. Of what a player sends between two ticks, the last counts. */
export interface Ship {
  readonly id: number
  x: number
  y: number
  /** The last state that it has said it saw, and the last that it was sent. */
  seen: number
  sent: number
  steerX: number
  steerY: number
}

/** @param options with a `clock`, ticks come from it, too */
export function createGame(
  options: ServerOptions<Input, News, Ship> = {},
): Server<Input, News, Ship> {
  let tick = 0
  let lastId = 0
  const game = createServer<Input, News, Ship>(
    {
      framing: gameServer,
      maxConnections: 500,
      // A player says each tick what it has seen.
      readIdleTimeout: 10_000,
      firstByteTimeout: 10_000,
      ...options,
      data() {
        lastId = (lastId % 65_535) + 1
        const place = (): number => Math.random() * worldSize
        return { id: lastId, x: place(), y: place(), seen: tick, sent: tick, steerX: 0, steerY: 0 }
      },
    },
    {
      open: (player) => player.send({ type: 'welcome', id: player.data.id, tickTime }),
      message({ data: ship }, { seen, steerX, steerY }) {
        // One that claims to have seen what it was not sent, or less than before, gains nothing by it.
        ship.seen = Math.max(ship.seen, Math.min(seen, ship.sent))
        ship.steerX = steerX
        ship.steerY = steerY
      },
    },
  )
  game.once('listening', () => {
    const stop = startTicks(tickTime, run, options.clock)
    game.once('close', stop)
  })
  return game

  function run(): void {
    tick += 1
    const ships = Array.from(game.connections, ({ data }) => move(data))
    // A state is encoded once for all. A player that lags behind gets none until it has seen what it was
    // sent, and then the newest: old ones do not pile up, here or in the buffers of the network.
    game.broadcast(
      { type: 'state', tick, ships },
      {
        filter({ data: ship, canSend }) {
          const isReady = ship.seen === ship.sent || tick - ship.seen <= mostAhead
          if (isReady && canSend) ship.sent = tick
          return isReady && canSend
        },
      },
    )
  }
}

function move(ship: Ship): Ship {
  ship.x = (ship.x + ship.steerX / 64 + worldSize) % worldSize
  ship.y = (ship.y + ship.steerY / 64 + worldSize) % worldSize
  return ship
}
