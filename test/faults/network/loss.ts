import type { Fault, Finding } from '../support/fault.js'
import { describeLoss, type EntryState, format, settle } from '../support/ledger.js'
import { joinNamespaces, namespaceWrapper, type Network } from './network.js'
import type { NetworkGroup, NetworkReport } from './network-order.js'
import type { Program } from '../support/program.js'
import type { SoakEndpoint } from '../support/soak-endpoint.js'
import type { Stage } from '../support/stage.js'

const weather = { loss: 2, delay: 50 }
/** Milliseconds; the defaults are too long to wait for. */
const short = { keepAlive: 1_000, writeTimeout: 3_000, idleTimeout: 4_000 }
/** Of the server: a busy machine retransmits late what was lost, which must end no connection. */
const patientWrite = 10_000

/** Packets are lost and late, the link is cut for a while, and then for good. */
export const loss: Fault = {
  name: 'loss',
  title: 'a network that loses packets, delays them, and is cut',
  run: runLoss,
}

async function runLoss(stage: Stage): Promise<Finding> {
  const wrapper = await namespaceWrapper(stage)
  const server = await stage.start('styles-server', { wrapper })
  const clients = await stage.start('network-clients', { wrapper })
  const network = await joinNamespaces(stage, [server, clients], weather)
  const options = { keepAlive: short.keepAlive, writeTimeout: patientWrite }
  const endpoints = await server.ask<SoakEndpoint[]>('listen', { host: '0.0.0.0', options })
  const many: NetworkGroup = {
    name: 'many',
    count: stage.short ? 40 : 200,
    host: network.address,
    endpoints,
    window: 4,
    requests: Infinity,
    largest: 2_048,
    options: {},
  }
  const seconds = stage.short ? 4 : 20
  stage.say(`${many.count} clients talk for ${seconds} s`)
  await clients.ask('begin', { ...many, requests: Number.MAX_SAFE_INTEGER })
  await stage.pause(seconds * 1_000)
  const { packets, dropped } = await network.count()
  stage.expect(dropped > 0, 'no packet was lost')

  const dark = stage.short ? 1_000 : 5_000
  stage.say(`the link is cut for ${dark / 1000} s`)
  await network.cut()
  await stage.pause(dark)
  await network.heal()
  await resumed(stage, clients)
  const talked = await clients.ask<NetworkReport>('stop', 'many')
  const ends = talked.ends.filter(({ reason }) => reason !== 'ended')
  stage.expect(ends.length === 0, `${ends.length} ended as ${ends[0]?.reason}: ${ends[0]?.message}`)
  const unanswered = talked.accounts.filter(({ sent, acknowledged }) => sent !== acknowledged)
  stage.expect(unanswered.length === 0, `${unanswered.length} clients lack answers`)

  const cut = await cutForGood(stage, network, clients, many)
  await stage.until(
    async () => (await server.ask<{ connections: number }>('info')).connections === 0,
    'the server has let go of those that were cut off',
  )
  const settlement = settle(
    [...talked.accounts, ...cut.accounts],
    await server.ask<EntryState[]>('book'),
  )
  for (const problem of settlement.problems.slice(0, 10)) stage.expect(false, problem)
  const share = ((dropped / packets) * 100).toFixed(1)
  return {
    did:
      `${many.count} clients for ${seconds} s over ${weather.delay} ms and ${weather.loss} % each way (${network.by}): ` +
      `${format(dropped)} of ${format(packets)} packets dropped (${share} %); cut for ${dark / 1000} s, and none of them ended; ` +
      `cut for good: ${cut.said}`,
    lost: describeLoss(settlement),
  }
}

/** Every client gets answers again. */
async function resumed(stage: Stage, clients: Program): Promise<void> {
  const report = (): Promise<NetworkReport> => clients.ask('report', 'many')
  const before = new Map(
    (await report()).accounts.map(({ client, acknowledged }) => [client, acknowledged]),
  )
  await stage.until(
    async () =>
      (await report()).accounts.every(
        ({ client, acknowledged }) => acknowledged > (before.get(client) ?? 0),
      ),
    'all get answers again',
  )
}

/** Whatever a connection was at, it ends with a reason that names what was waited for. */
async function cutForGood(
  stage: Stage,
  network: Network,
  clients: Program,
  like: NetworkGroup,
): Promise<{ said: string; accounts: NetworkReport['accounts'] }> {
  const count = stage.short ? 3 : 10
  const base = { ...like, count, requests: 3, window: 1 }
  const groups: { group: NetworkGroup; reason: string; cause?: string }[] = [
    {
      // More than the operating system takes: bytes wait here, and answers are read all the same.
      group: {
        ...base,
        name: 'writing',
        requests: 100_000,
        window: 1_000,
        largest: 30_000,
        options: { writeTimeout: short.writeTimeout },
      },
      reason: 'write-timeout',
    },
    {
      // The operating system has the request, and is silent about it for a quarter of an hour.
      group: {
        ...base,
        name: 'asking',
        requests: 100_000,
        options: { idleTimeout: short.idleTimeout },
      },
      reason: 'idle-timeout',
    },
  ]
  if (!stage.short) {
    groups.push({
      group: { ...base, name: 'quiet', options: { keepAlive: short.keepAlive } },
      reason: 'connection-failed',
      cause: 'ETIMEDOUT',
    })
  }
  for (const { group } of groups) await clients.ask('begin', group)
  await stage.until(async () => {
    for (const { group } of groups) {
      const { accounts, ends } = await clients.ask<NetworkReport>('report', group.name)
      // Those that are to be quiet must have nothing under way.
      const least = group.name === 'quiet' ? group.requests : 1
      // On a busy machine a loss is made good late, and a wait this short may be over before: for its reason.
      const waiting = accounts.filter(({ acknowledged }) => acknowledged < least).length
      if (waiting > ends.length) return false
    }
    return true
  }, 'all get their first answers')
  stage.say('the link is cut for good')
  await network.cut()
  const accounts: NetworkReport['accounts'][number][] = []
  const said: string[] = []
  for (const { group, reason, cause } of groups) {
    const report = (): Promise<NetworkReport> => clients.ask('report', group.name)
    await stage.until(
      async () => (await report()).ends.length === count,
      `all that are ${group.name} have ended`,
    )
    const { ends } = await report()
    const right = ends.filter((end) => end.reason === reason && end.cause === cause).length
    stage.expect(right === count, `${group.name}: ${JSON.stringify(ends[0])}`)
    said.push(
      `${right} ${group.name} ended as ${reason}${cause === undefined ? '' : ` (${cause})`}`,
    )
    accounts.push(...(await report()).accounts)
  }
  await network.heal()
  return { said: said.join(', '), accounts }
}
