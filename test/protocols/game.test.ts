import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import fc from 'fast-check'
import { connect, type Connection } from 'hawser'
import { checkFraming, createMemoryNetwork, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createGame } from '../../examples/protocols/game/game.js'
import {
  gamePlayer,
  gameServer,
  type Input,
  type News,
} from '../../examples/protocols/game/messages.js'
import { startTicks } from '../../examples/protocols/game/ticks.js'
import { runs } from '../support/property-runs.js'
import { damaged, expectOrderly, say } from './support/damage.js'

async function start() {
  const clock = new VirtualClock()
  const network = createMemoryNetwork({ clock })
  const game = createGame({ clock, network })
  await game.listen('tcp://127.0.0.1:7777')
  onTestFinished(async () => void (await clock.runUntil(game.close({ drain: 0 }))))
  const join = async () => {
    const player = await clock.runUntil(
      connect(game.address(), { clock, network, framing: gamePlayer }),
    )
    const welcome = await clock.runUntil(player.receive())
    if (welcome.type !== 'welcome') throw new Error('a player is welcomed first')
    return { player, id: welcome.id }
  }
  /** The next news, of which the clock brings one with each tick. */
  const hear = async (player: Connection<News, Input>) => {
    const news = await clock.runUntil(player.receive())
    if (news.type !== 'state') throw new Error('it is no state')
    return news
  }
  return { clock, network, game, join, hear }
}

describe('messages of the game', () => {
  it('are the same at every cut, and garbage is refused', () => {
    checkFraming(gameServer, [
      {
        bytes: Buffer.from('0007030000000a7f81', 'hex'),
        receive: [{ seen: 10, steerX: 127, steerY: -127 }],
      },
    ])
    checkFraming(gamePlayer, [
      {
        bytes: Buffer.from('00050100070032', 'hex'),
        receive: [{ type: 'welcome', id: 7, tickTime: 50 }],
      },
      {
        bytes: Buffer.from('000f020000000900073f80000040000000', 'hex'),
        receive: [{ type: 'state', tick: 9, ships: [{ id: 7, x: 1, y: 2 }] }],
      },
    ])
  })

  it.each([
    ['another type', '000704000000010000', 'frame-malformed'],
    ['too few bytes', '0003030000', 'frame-malformed'],
    ['nothing', '0000', 'frame-malformed'],
    ['half a message', '00070300', 'frame-truncated'],
  ])('that have %s are refused', async (_, bytes, reason) => {
    const network = createMemoryNetwork()
    const game = createGame({ network })
    await game.listen('tcp://127.0.0.1:7777')
    onTestFinished(async () => void (await game.close({ drain: 0 })))
    expect(await say(game, network, [Buffer.from(bytes, 'hex')])).toBe(reason)
  })
})

describe('ticks', () => {
  it('come at a fixed rate, and a stall is made up for in part', async () => {
    const clock = new VirtualClock()
    const ticks: number[] = []
    let isSlow = true
    const stop = startTicks(50, () => ticks.push(clock.now()), {
      now: () => clock.now(),
      schedule(callback, delay, keepAlive) {
        // Once, the timer is a second late.
        const late = isSlow && ticks.length === 2 ? 1_000 : 0
        if (late > 0) isSlow = false
        return clock.schedule(callback, delay + late, keepAlive)
      },
    })
    const from = clock.now()
    await clock.advance(1_300)
    stop()
    await clock.advance(1_000)
    expect(ticks.map((at) => at - from)).toEqual([
      ...[50, 100],
      ...[1_150, 1_150, 1_150, 1_150, 1_150],
      ...ticks.slice(7).map((_, index) => 1_150 + index * 50),
    ])
    expect(ticks.length).toBeGreaterThan(8)
  })
})

describe('the game of the examples', () => {
  it('moves ships as they are steered, and shows all to everyone', async () => {
    const { join, hear } = await start()
    const [one, other] = [await join(), await join()]
    const before = await hear(one.player)
    expect(before.ships.map(({ id }) => id)).toEqual([one.id, other.id])
    await one.player.send({ seen: before.tick, steerX: 64, steerY: 0 })
    await hear(one.player)
    const after = await hear(other.player)
    const far = await hear(other.player)
    const x = (news: typeof far): number => news.ships[0]?.x ?? 0
    expect(after.tick).toBeLessThan(far.tick)
    expect((x(far) - x(before) + 1_000) % 1_000).toBeGreaterThan(0)
    other.player.reset()
    await hear(one.player)
    const alone = await hear(one.player)
    expect(alone.ships.map(({ id }) => id)).toEqual([one.id])
  })

  it('sends a player that lags behind no more, and then the newest state', async () => {
    const { clock, game, join, hear } = await start()
    const fast = await join()
    const slow = await join()
    let newest = 0
    for (let count = 0; count < 40; count++) {
      newest = (await hear(fast.player)).tick
      await fast.player.send({ seen: newest, steerX: 0, steerY: 0 })
    }
    const [, peer] = [...game.connections]
    // The states of half a second are on their way, and not the thirty behind them.
    const first = (await hear(slow.player)).tick
    let last = first
    for (let count = 1; count < 10; count++) last = (await hear(slow.player)).tick
    expect(last - first).toBe(9)
    expect(peer?.messagesWritten).toBeLessThanOrEqual(11)
    expect(newest - last).toBeGreaterThan(20)
    await slow.player.send({ seen: last, steerX: 0, steerY: 0 })
    const caughtUp = await hear(slow.player)
    expect(caughtUp.tick).toBeGreaterThan(newest)
    expect(peer?.messagesWritten).toBeLessThanOrEqual(12)
    // Until it has seen that one, too, it gets no other.
    await clock.advance(2_000)
    expect(peer?.messagesWritten).toBeLessThanOrEqual(12)
    await slow.player.send({ seen: caughtUp.tick, steerX: 0, steerY: 0 })
    expect((await hear(slow.player)).tick).toBeGreaterThan(caughtUp.tick + 30)
  })

  it('believes no player that has seen what is yet to come', async () => {
    const { game, join, hear } = await start()
    const { player } = await join()
    const { tick } = await hear(player)
    await player.send({ seen: 2 ** 32 - 1, steerX: 0, steerY: 0 })
    await hear(player)
    const [peer] = [...game.connections]
    expect(peer?.data.seen).toBeLessThanOrEqual(tick + 2)
  })

  it('survives whatever comes, and the next player is welcome', async () => {
    const network = createMemoryNetwork()
    const game = createGame({ network })
    await game.listen('tcp://127.0.0.1:7777')
    onTestFinished(async () => void (await game.close({ drain: 0 })))
    const good = Buffer.from('0007030000000a7f810007030000000b0000', 'hex')
    await fc.assert(
      fc.asyncProperty(damaged([good]), async (pieces) => {
        expectOrderly(await say(game, network, pieces))
      }),
      runs(300),
    )
    await using player = await connect(game.address(), { network, framing: gamePlayer })
    expect(await player.receive()).toMatchObject({ type: 'welcome' })
  })

  it('plays with a client of plain node:net, and with one that never reads', async () => {
    const game = createGame()
    await game.listen('tcp://127.0.0.1:0')
    onTestFinished(async () => void (await game.close({ drain: 0 })))
    const { port } = game.address() as { port: number }
    const idle = connectSocket(port, '127.0.0.1').pause()
    onTestFinished(() => void idle.destroy())
    await once(idle, 'connect')
    const socket = connectSocket(port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    let rest = Buffer.alloc(0)
    let states = 0
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        rest = Buffer.concat([rest, chunk])
        while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
          const size = 2 + rest.readUInt16BE(0)
          if (rest[2] === 2) {
            states += 1
            const input = Buffer.from('0007030000000000ff', 'hex')
            rest.copy(input, 3, 3, 7)
            socket.write(input)
          }
          rest = rest.subarray(size)
        }
        // One chunk may hold two of them.
        if (states >= 20) resolve()
      })
    })
    const [still] = [...game.connections]
    expect(still?.messagesWritten).toBeLessThanOrEqual(12)
  })
})
