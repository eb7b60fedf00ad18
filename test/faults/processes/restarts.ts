import type { Fault, Finding } from '../support/fault.js'
import { format } from '../support/ledger.js'
import type { Program } from '../support/program.js'
import type { AskingOrder, AskingReport } from './restarts-order.js'
import type { Stage } from '../support/stage.js'

/** Errors that say what may have become of a request. */
const honest = new Set(['HAWSER_DISCONNECTED', 'HAWSER_NOT_CONNECTED', 'HAWSER_ACQUIRE_TIMEOUT'])

/** The server is killed every second, and its clients go on asking. */
export const restarts: Fault = {
  name: 'restarts',
  title: 'a server is killed every second while clients and a pool ask 1,000 times a second',
  run: runRestarts,
}

async function runRestarts(stage: Stage): Promise<Finding> {
  const clients = await stage.start('asking-clients')
  let server = await stage.start('echo-server')
  const { port } = (await server.ready) as { port: number }
  const order: AskingOrder = { port, clients: 4, pool: 10, rate: 1_000 }
  await clients.ask('begin', order)
  const times = stage.short ? 3 : 30
  const ask = (): Promise<AskingReport> => clients.ask<AskingReport>('report')
  for (let time = 1; time <= times; time += 1) {
    stage.say(`${time} of ${times}`)
    const { answered } = await ask()
    await stage.pause(1_000)
    await stage.until(async () => (await ask()).answered > answered + 100, 'replies come again')
    server = await restart(stage, server, port)
  }
  await clients.ask('stopAsking')
  await stage.until(async () => (await ask()).waiting === 0, 'every request has settled')
  const { asked, answered, failed, waiting, wrong } = await ask()
  for (const each of wrong) stage.expect(false, `a reply for somebody else: ${each}`)
  for (const [code, count] of Object.entries(failed)) {
    stage.expect(honest.has(code), `${count} requests ended with ${code}`)
  }
  const left = await clients.ask<string[]>('close')
  stage.expect(
    left.every((name) => name !== 'TCPSocketWrap'),
    `clients that were closed left ${left.join(', ')}`,
  )
  const errors = Object.values(failed).reduce((sum, count) => sum + count, 0)
  return {
    did: `${format(asked)} requests of 8 clients and a pool of 10 to a server that was killed ${times} times; ${format(answered)} got their own reply`,
    lost: `${format(errors)} were told that their connection was lost, ${waiting} were told nothing, ${wrong.length} something wrong`,
  }
}

async function restart(stage: Stage, server: Program, port: number): Promise<Program> {
  server.kill('SIGKILL')
  await server.exited
  return stage.start('echo-server', { args: [String(port)] })
}
