import { type Client, createClient, createServer, lines, type Server } from 'hawser'
import type { World } from 'hawser/simulate'
import { attempt } from '../support/errors.js'
import { live } from '../support/live.js'
import { pauseAtTimes, pickSwitch, restless } from '../support/restless.js'
import type { Scenario } from '../support/scenario.js'
import { type Message, pickHandler, type TextConnection, textOf } from '../support/ways.js'

const endpoint = 'tcp://server:8000'
const until = 30_000
const rooms = ['red', 'green']
const memory = 1024 * 1024

/** A chat: what is said in a room reaches all its members, and positions only those that read in time. */
export const chat: Scenario = {
  id: 'chat',
  title: 'each member hears all that is said in its room, in order and without a gap',
  hosts: ['server', 'one', 'other', 'third'],
  size: { members: 4, messages: 30 },
  faults: { every: 2_000, until },
  async run(world) {
    const runs = { count: 0 }
    void world.host('server').start(async (host) => {
      const server = await serve(world, (runs.count += 1))
      for (;;) {
        await host.sleep(1_000)
        look(world, server)
      }
    })
    const members = Array.from(
      { length: world.size['members'] ?? 1 },
      (_, index) => new Member(world, index),
    )
    const talking = members.map((member) => world.track(member.keepTalking(), member.name))
    await world.sleep(until)
    await live(world, {
      'every member hears every other': async () => {
        for (const speaker of members) await speaker.sayUntilHeard(members)
      },
    })
    await Promise.all(talking)
    await Promise.all(members.map((member) => member.close()))
  },
}

/** Each message of a room has a number, which says whether there was a gap. */
async function serve(world: World, run: number): Promise<Server<Message, string>> {
  const said = new Map(rooms.map((room) => [room, 0]))
  const say = (room: string): string => {
    const number = (said.get(room) ?? 0) + 1
    said.set(room, number)
    return `said ${run} ${room} ${number}`
  }
  const server: Server<Message, string> = createServer<Message, string>(
    {
      framing: lines(),
      memory,
      onError: () => undefined,
      heartbeat: { every: 5_000, ping: 'ping' },
    },
    pickHandler(
      world,
      restless(world, (connection, text) => {
        const [verb = '', room = '', ...rest] = text.split(' ')
        const words = rest.join(' ')
        if (verb === 'join') {
          connection.join(room)
          return `joined ${run} ${room} ${said.get(room) ?? 0}`
        }
        if (verb === 'leave') {
          connection.leave(room)
          return `left ${run} ${room}`
        }
        if (verb === 'position') {
          server.to(rooms).send(`position ${words}`, { overflow: 'skip', except: connection })
          return undefined
        }
        if (verb !== 'say') return undefined
        // The sender gets the number, too, which leaves it no gap.
        const stamp = say(room)
        server.to(room).send(`${stamp} ${words}`, { except: connection })
        if (connection.topics.has(room)) connection.send(`${stamp} own`).catch(() => undefined)
        return undefined
      }),
    ),
  )
  await server.listen('tcp://*:8000')
  return server
}

/** The formula of LIMITS.md; the largest message is below a kibibyte. */
function look(world: World, server: Server<Message, string>): void {
  const { memory: held, connections, topics } = server.info()
  world.must(
    held.used <= memory + 65 * 1024,
    `${held.used} bytes are held beyond what ${connections} connections may hold`,
  )
  world.must(topics <= rooms.length, `there are ${topics} topics`)
}

class Member {
  readonly name: string
  readonly #world: World
  readonly #client: Client<Message, string>
  /** The number heard last, by server and room, for as long as the member is in there. */
  readonly #heard = new Map<string, number>()
  readonly #positions = new Map<string, number>()
  readonly #words = new Set<string>()
  #connection: TextConnection | undefined
  #said = 0

  constructor(world: World, index: number) {
    this.#world = world
    this.name = `member-${index}`
    const isLoop = world.random() < 0.5
    const { onConnect } = pickSwitch(world)
    this.#client = createClient<Message, string>(endpoint, {
      ...world.host(world.pick(['one', 'other', 'third'])).options,
      random: () => world.random(),
      framing: lines(),
      connectTimeout: 4_000,
      heartbeat: { every: 5_000, ping: 'ping', isPong: (message) => message === 'ping' },
      correlate: { isPush: (message) => textOf(message) !== 're switch' },
      onConnect: async (fresh) => {
        this.#heard.clear()
        this.#positions.clear()
        await onConnect?.(fresh)
        const { connection } = fresh
        this.#connection = connection
        for (const room of rooms) await connection.send(`join ${room}`)
      },
      ...(isLoop ? {} : { onMessage: (message: Message) => this.#hear(textOf(message)) }),
    })
    if (isLoop) void world.track(this.#loop(), `${this.name}: its loop`)
  }

  async keepTalking(): Promise<void> {
    const world = this.#world
    for (let number = 0; number < (world.size['messages'] ?? 1); number += 1) {
      await world.sleep(world.integer(0, 1_400))
      const room = world.pick(rooms)
      const chance = world.random()
      this.#said += 1
      const text =
        chance < 0.2
          ? `position - ${this.name} ${this.#said}`
          : chance < 0.25
            ? `leave ${room}`
            : chance < 0.35
              ? `join ${room}`
              : `say ${room} ${this.name} ${this.#said} ${'x'.repeat(world.integer(0, 300))}`
      const sent = attempt(world, this.name, () => this.#client.send(text))
      void world.track(sent, `${this.name}: its send`)
      if (world.random() < 0.5) await sent
    }
  }

  /** A message may be lost with its connection, so it is said again. */
  async sayUntilHeard(members: readonly Member[]): Promise<void> {
    const others = members.filter((each) => each !== this)
    for (let number = 1; ; number += 1) {
      const words = `${this.name} last-${number}`
      await attempt(this.#world, this.name, () => this.#client.send(`join ${rooms[0]}`))
      await attempt(this.#world, this.name, () => this.#client.send(`say ${rooms[0]} ${words}`))
      await this.#world.sleep(1_000)
      if (others.every((each) => each.#words.has(words))) return
      for (const each of others) void each.#client.send(`join ${rooms[0]}`).catch(() => undefined)
    }
  }

  async close(): Promise<void> {
    await this.#world.track(this.#client.close(), `${this.name}: close`)
  }

  async #loop(): Promise<void> {
    for await (const message of this.#client) await this.#hear(textOf(message))
  }

  async #hear(text: string): Promise<void> {
    const world = this.#world
    const [verb = '', run = '', room = '', stamp = '', ...words] = text.split(' ')
    const place = `${run} ${room}`
    if (verb === 'position') this.#follow(run, Number(room))
    else if (verb === 'left') this.#heard.delete(place)
    else if (verb === 'joined') this.#heard.set(place, Number(stamp))
    else if (verb === 'said' && this.#heard.has(place)) {
      const last = this.#heard.get(place) ?? 0
      world.must(
        Number(stamp) === last + 1,
        `${this.name} heard message ${stamp} of ${place} after ${last}`,
      )
      this.#heard.set(place, Number(stamp))
    }
    if (verb === 'said') this.#words.add(words.slice(0, 2).join(' '))
    if (this.#connection !== undefined) pauseAtTimes(world, this.#connection)
    if (world.random() < 0.02) await world.sleep(world.integer(0, 4_000))
  }

  /** Some may be left out, and none comes twice or late. */
  #follow(speaker: string, number: number): void {
    const last = this.#positions.get(speaker) ?? 0
    this.#world.must(
      number > last,
      `${this.name} heard position ${number} of ${speaker} after ${last}`,
    )
    this.#positions.set(speaker, number)
  }
}
