import { type Client, createClient, createServer, lines, type Server } from 'hawser'
import type { World } from 'hawser/simulate'
import { HubNode } from './hub-node.js'
import { restless } from './restless.js'
import { type Message, pickHandler, type TextConnection, textOf } from './ways.js'

/** What members join. */
export const topics: readonly string[] = ['news', 'sport']
/** The words of what is said when nothing goes wrong any more. */
const lastRound = 'last-round'

/** One run of a server with a backplane. */
export class BackplaneServer {
  readonly uplink: HubNode
  /** What it said in the last round. */
  readonly lastSaid: string[] = []
  readonly #world: World
  readonly #server: Server<Message, string>
  #said = 0

  constructor(world: World, id: string) {
    this.#world = world
    this.uplink = new HubNode(world, id, 'tcp://hub:7000')
    this.#server = createServer<Message, string>(
      {
        framing: lines(),
        backplane: this.uplink,
        backplaneQueue: world.pick([1_500, 1_000_000]),
        heartbeat: { every: 5_000, ping: 'ping' },
        onError: () => undefined,
      },
      pickHandler(
        world,
        restless(world, (connection, text) => this.#take(connection, text)),
      ),
    )
  }

  async listen(): Promise<void> {
    await this.#server.listen('tcp://*:8000')
  }

  /**
   * A member on this node that stays.
   *
   * @param heard what it hears of the last round
   */
  read(heard: string[]): Client<Message, string> {
    const [host = ''] = this.uplink.nodeId.split('-')
    return createClient<Message, string>(`tcp://${host}:8000`, {
      ...this.#world.host('clients').options,
      random: () => this.#world.random(),
      framing: lines(),
      correlate: { isPush: () => true },
      onMessage: (message) => {
        const text = textOf(message)
        if (text.endsWith(` ${lastRound}`)) heard.push(text)
      },
      onConnect: async ({ connection }) => {
        for (const topic of topics) await connection.send(`join ${topic}`)
      },
    })
  }

  /** One after another: each has room, so that the others learn what they have missed before it. */
  async sayLast(): Promise<void> {
    for (const to of [...topics.map((topic) => [topic]), topics]) {
      this.lastSaid.push(this.#say(to, lastRound))
      await this.#world.sleep(1_000)
    }
  }

  /** What the server says of its backplane is what passed there. */
  compareCounts(): void {
    const {
      published = 0,
      lost = 0,
      received,
      missed,
      queued,
    } = this.#server.info().backplane ?? {}
    const { numbers, told, nodeId } = this.uplink
    const all = [...numbers.values()].reduce((sum, number) => sum + number, 0)
    this.#world.must(
      all === this.#said && published + lost === all,
      `${nodeId} sent ${this.#said} messages, says that it published ${published} and lost ${lost}, and was to publish ${all}`,
    )
    this.#world.must(
      received === told.received && missed === told.missed,
      `${nodeId} says that it received ${received} and missed ${missed}, and got ${told.received} and ${told.missed}`,
    )
    this.#world.must(queued === 0, `${nodeId} has ${queued} bytes queued at rest`)
  }

  #take(connection: TextConnection & Groups, text: string): string | undefined {
    const { nodeId } = this.uplink
    const [verb = '', topic = '', ...words] = text.split(' ')
    if (verb === 'begin') return 'begun'
    if (verb === 'join') {
      connection.join(topic)
      return `joined ${nodeId} ${topic}`
    }
    if (verb === 'leave') {
      connection.leave(topic)
      return `left ${nodeId} ${topic}`
    }
    if (verb === 'say') this.#say([topic], words.join(' '))
    else if (verb === 'shout') this.#say(topics, words.join(' '))
    return undefined
  }

  #say(to: readonly string[], words: string): string {
    this.#said += 1
    const text = `said ${this.uplink.nodeId} ${this.#said} ${words}`
    this.#server.to([...to]).send(text)
    return text
  }
}

/** What a server's connection has beside. */
interface Groups {
  join(topic: string): unknown
  leave(topic: string): unknown
}
