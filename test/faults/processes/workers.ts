import type { WorkerExit, WorkersInfo } from 'hawser/workers'
import { Callers } from '../support/callers.js'
import type { Fault, Finding } from '../support/fault.js'
import { describeLoss, format } from '../support/ledger.js'
import type { Program } from '../support/program.js'
import type { Stage } from '../support/stage.js'
import { talkOn, Talker } from '../support/talker.js'

const count = 3
const established = 30
/** New connections at a time; those that are with the killed worker, or on their way to it, fail. */
const calling = 4

/** Workers are killed with SIGKILL under load, one after the other. */
export const workers: Fault = {
  name: 'workers',
  title: 'workers are killed with SIGKILL under load',
  run: killWorkers,
}

async function killWorkers(stage: Stage): Promise<Finding> {
  const primary = await stage.start('workers-primary', { args: [String(count)] })
  const { port } = (await primary.ready) as { port: number }
  const endpoint = `tcp://127.0.0.1:${port}`
  const callers = new Callers(endpoint, {}, calling)
  stage.defer(() => callers.stop())
  const all: Talker[] = []
  const kills = stage.short ? 2 : 6
  let lost = 0
  let failed = 0
  for (let kill = 1; kill <= kills; kill += 1) {
    stage.say(`${kill} of ${kills}`)
    const { workers: processes } = await info(primary)
    const victim = processes[kill % processes.length]?.pid ?? 0
    const talkers: Talker[] = []
    for (let i = 0; i < established; i += 1) {
      talkers.push(await Talker.start(endpoint, `talker-${kill}-${i}`, { asks: 'who' }))
    }
    all.push(...talkers)
    const own = talkers.filter(({ told }) => told === String(victim))
    const others = talkers.filter((talker) => !own.includes(talker))
    stage.expect(own.length > 0, `worker ${victim} has no connection`)
    await talkOn(stage, talkers)

    const before = callers.failures.length
    process.kill(victim, 'SIGKILL')
    const ends = await Promise.all(own.map(({ closed }) => closed))
    lost += ends.length
    await stage.until(async () => {
      const { listening, workers: now } = await info(primary)
      return listening === count && now.every(({ pid }) => pid !== victim)
    }, 'the worker is replaced')
    await talkOn(stage, others)
    const late = callers.failures.length - before
    failed += late
    stage.expect(late <= 2 * calling, `${late} new connections failed: ${callers.failures.at(-1)}`)
    const infos = await Promise.all(others.map((talker) => talker.stop()))
    const broken = infos.filter(({ reason }) => reason !== 'ended')
    stage.expect(broken.length === 0, `${broken.length} of other workers: ${broken[0]?.reason}`)
  }

  await callers.stop()
  const refused = callers.failures.filter((text) => text.includes('refused'))
  stage.expect(refused.length === 0, `${refused.length} new connections were refused`)
  const exits = await primary.ask<WorkerExit[]>('exits')
  const killed = exits.filter(({ signal, expected }) => signal === 'SIGKILL' && !expected)
  stage.expect(killed.length === kills, `${killed.length} of ${kills} kills were told of`)
  await primary.ask('close')
  const accounts = [...all.map(({ account }) => account.state), ...callers.accounts]
  const problems = accounts.flatMap((account) => account.problems)
  for (const problem of problems.slice(0, 10)) stage.expect(false, problem)
  const acknowledged = accounts.reduce((sum, account) => sum + account.acknowledged, 0)
  const sent = accounts.reduce((sum, account) => sum + account.sent, 0)
  return {
    did:
      `${kills} times one of ${count} workers killed and replaced, under ${established} established clients and ` +
      `${format(callers.accounts.length)} new connections: ${lost} connections of the killed were reset, ` +
      `none of the others, and ${failed} new ones were with the killed`,
    lost: describeLoss({ sent, acknowledged, unanswered: sent - acknowledged, problems }),
  }
}

function info(primary: Program): Promise<WorkersInfo> {
  return primary.ask('info')
}
