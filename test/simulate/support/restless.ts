import { type Framing, netstring, type RequestConnection } from 'hawser'
import type { World } from 'hawser/simulate'
import { maxFrame } from './limits.js'
import { type Message, type Take, type TextConnection, textOf } from './ways.js'

/** What a connection goes on in after a switch. */
const next: Framing<Message, string> = netstring({ maxFrame })
/** What asks for a switch, with an id in front of it where requests have one. */
const asking = /^(\d+:)?switch$/

/** How often a message pauses what it came on. */
const pausing = 0.01

/** What a server does with a message: now and then it pauses reading as well, and where asked it switches framings. */
export function restless(world: World, take: Take): Take {
  return async (connection, text) => {
    if (asking.test(text)) {
      const sent = connection.send(`re ${text}`)
      connection.switchFraming(next)
      await sent
      return undefined
    }
    pauseAtTimes(world, connection)
    return take(connection, text)
  }
}

/** Now and then, read nothing from a connection for a while. */
export function pauseAtTimes(world: World, connection: TextConnection): void {
  if (world.random() < pausing) pause(world, connection)
}

/** Ask a `restless` server for another framing, and go on in it: before anything else is sent. */
export async function switchOver(world: World, connection: TextConnection): Promise<void> {
  await connection.send('switch')
  for await (const reply of connection) {
    check(world, textOf(reply))
    break
  }
  connection.switchFraming(next)
}

/**
 * The option `onConnect` of clients and pools of which some switch framings, if the server is `restless`.
 * Their heartbeat ends then; it must not begin before.
 *
 * @param share how many
 */
export function pickSwitch(
  world: World,
  share = 0.3,
): {
  readonly onConnect?: (fresh: RequestConnection<Message, string>) => Promise<void>
} {
  if (world.random() >= share) return {}
  return {
    async onConnect(fresh) {
      check(world, textOf(await fresh.request('switch')))
      fresh.connection.switchFraming(next)
    },
  }
}

/** The option `onConnect` of clients of which some switch framings, and some stand still for a while later. */
export function pickGreeting(world: World): ReturnType<typeof pickSwitch> {
  const { onConnect } = pickSwitch(world)
  if (world.random() >= 0.3) return onConnect === undefined ? {} : { onConnect }
  return {
    async onConnect(fresh) {
      await onConnect?.(fresh)
      const { connection } = fresh
      void world.sleep(world.integer(0, 10_000)).then(() => {
        pause(world, connection)
      })
    },
  }
}

function pause(world: World, connection: TextConnection): void {
  connection.pause()
  void world.sleep(world.integer(0, 2_000)).then(() => connection.resume())
}

function check(world: World, reply: string): void {
  world.must(/^re (\d+:)?switch$/.test(reply), `a switch got "${reply.slice(0, 60)}"`)
}
