import type { ReloadResult } from 'hawser/workers'
import { Arrivals } from './arrivals.js'
import type { Fault, Finding } from '../support/fault.js'
import { describeLoss, format } from '../support/ledger.js'
import type { Stage } from '../support/stage.js'
import { Talker } from '../support/talker.js'

const count = 2
const established = 20

/** All workers are replaced, over and over, while clients keep coming. */
export const reload: Fault = {
  name: 'reload',
  title: 'workers are replaced under 1,000 new connections a second',
  run: reloadWorkers,
}

async function reloadWorkers(stage: Stage): Promise<Finding> {
  const primary = await stage.start('workers-primary', { args: [String(count)] })
  const { port } = (await primary.ready) as { port: number }
  const endpoint = `tcp://127.0.0.1:${port}`
  const rate = stage.short ? 200 : 1_200
  const reloads = stage.short ? 2 : 5
  const talkers: Talker[] = []
  for (let i = 0; i < established; i += 1) {
    talkers.push(await Talker.start(endpoint, `established-${i}`))
  }
  const arrivals = new Arrivals(port, rate)
  stage.defer(() => arrivals.stop())
  await stage.pause(500)
  let longest = 0
  for (let each = 1; each <= reloads; each += 1) {
    stage.say(`${each} of ${reloads}`)
    const began = performance.now()
    const { replaced, forced, killed } = await primary.ask<ReloadResult>('reload')
    longest = Math.max(longest, performance.now() - began)
    stage.expect(replaced === count, `${replaced} of ${count} workers were replaced`)
    stage.expect(forced + killed === 0, `${forced} connections and ${killed} workers were forced`)
    await stage.pause(200)
  }
  const { came, answered, lost, peak, mean } = await arrivals.stop()
  for (const [what, times] of lost) stage.expect(false, `${times} of ${came} new ones: ${what}`)
  stage.expect(answered === came, `${answered} of ${came} were answered`)
  const ends = await Promise.all(talkers.map((talker) => talker.stop()))
  const reset = ends.filter(({ reason }) => reason !== 'ended')
  stage.expect(reset.length === 0, `${reset.length} established ended as ${reset[0]?.reason}`)
  await primary.ask('close')
  const accounts = [...arrivals.accounts, ...talkers.map(({ account }) => account.state)]
  const problems = accounts.flatMap((account) => account.problems)
  for (const problem of problems.slice(0, 10)) stage.expect(false, problem)
  const acknowledged = accounts.reduce((sum, account) => sum + account.acknowledged, 0)
  const sent = accounts.reduce((sum, account) => sum + account.sent, 0)
  return {
    did:
      `${reloads} times all ${count} workers replaced, in at most ${(longest / 1_000).toFixed(1)} s, while ` +
      `${format(came)} connections came, ${format(mean)} a second and up to ${format(peak)}: ` +
      `${format(came - answered)} refused, reset or unanswered, and none of the ${established} established reset`,
    lost: describeLoss({ sent, acknowledged, unanswered: sent - acknowledged, problems }),
  }
}
