import type { Fault, Finding } from '../support/fault.js'
import { joinNamespaces, namespaceWrapper } from './network.js'
import type { Stage } from '../support/stage.js'
import type { SteadyOrder, SteadyReport } from './steady-order.js'

const weather = { loss: 0, delay: 20 }
/** Milliseconds between pings, and pings that may go unanswered, unless somebody says otherwise. */
const defaults = { every: 15_000, misses: 2 }

/** The server is gone without a word, and is there again after a while. */
export const vanishedPeer: Fault = {
  name: 'vanished-peer',
  title: 'a server vanishes without a FIN, and clients with a heartbeat notice and come back',
  run: runVanished,
}

async function runVanished(stage: Stage): Promise<Finding> {
  const wrapper = await namespaceWrapper(stage)
  const server = await stage.start('steady-server', { wrapper })
  const clients = await stage.start('steady-clients', { wrapper })
  const network = await joinNamespaces(stage, [server, clients], weather)
  const port = await server.ask<number>('listen')
  const every = stage.short ? 1_000 : defaults.every
  const bound = every * (defaults.misses + 1)
  const order: SteadyOrder = {
    endpoint: `tcp://${network.address}:${port}`,
    count: 10,
    apart: every / 10,
    ...(stage.short ? { every } : {}),
  }
  const report = (): Promise<SteadyReport[]> => clients.ask('report')

  stage.say(`${order.count} clients connect, one every ${order.apart / 1000} s`)
  await clients.ask('begin', order)
  await clients.ask('ask', 'before')
  await stage.pause(every + 1_000)
  const still = (await report()).filter(({ connections }) => connections === 1).length
  stage.expect(still === order.count, `only ${still} are connected before the link is cut`)

  await network.cut()
  const since = Date.now()
  stage.say(`the link is cut: up to ${bound / 1000} s until all have noticed`)
  await clients.ask('ask', 'into the void')
  await stage.until(
    async () => (await report()).every((each) => noticed(each, since) !== undefined),
    'all have noticed',
  )
  const after = (await report()).map((each) => noticed(each, since) ?? Infinity)
  // How late a timer fires on a busy machine is no property of the client: only the real figures count.
  const slowest = Math.max(...after)
  if (!stage.short) stage.expect(slowest <= bound, `one noticed after ${slowest / 1000} s`)
  await clients.ask('ask', 'while down')

  await network.heal()
  const healed = Date.now()
  stage.say('the link is back')
  await stage.until(
    async () => (await report()).every(({ connections }) => connections >= 2),
    'all are connected again',
  )
  const back = (await report()).map(({ changes }) => (changes.at(-1)?.at ?? Infinity) - healed)
  await clients.ask('ask', 'again')
  await stage.until(
    async () => (await report()).every(({ outcomes }) => !Object.values(outcomes).includes('')),
    'every request has settled',
  )
  const lost = judge(stage, await report())
  const range = (all: readonly number[]): string =>
    `${(Math.min(...all) / 1000).toFixed(1)} … ${(Math.max(...all) / 1000).toFixed(1)} s`
  return {
    did:
      `${order.count} clients, a ping every ${every / 1000} s, the link cut (${network.by}): ` +
      `all noticed after ${range(after)} (at most ${bound / 1000}), and were connected ${range(back)} after it was back`,
    lost,
  }
}

/** Milliseconds until the heartbeat ended the connection. */
function noticed({ changes }: SteadyReport, since: number): number | undefined {
  const change = changes.find(({ code }) => code === 'HAWSER_HEARTBEAT_TIMEOUT')
  return change === undefined ? undefined : change.at - since
}

/** What was sent over the cut link says so; everything else has its own reply. */
function judge(stage: Stage, reports: readonly SteadyReport[]): string {
  let answered = 0
  let refused = 0
  for (const { outcomes } of reports) {
    for (const [text, outcome] of Object.entries(outcomes)) {
      const expected = text.startsWith('into the void') ? 'HAWSER_DISCONNECTED' : text
      stage.expect(outcome === expected, `the request "${text}" came to ${outcome || 'nothing'}`)
      if (outcome === text) answered += 1
      else refused += 1
    }
  }
  return `${refused} requests sent over the cut link, each with its error; ${answered} before, while down and after were answered`
}
