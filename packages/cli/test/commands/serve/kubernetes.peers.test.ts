import { connect } from 'hawser'
import { expect, onTestFinished } from 'vitest'
import { NatsServer } from '../../../../../test/support/nats-server.js'
import { itPeer } from '../../../../../test/support/peers.js'
import { Command } from '../../support/command.js'
import { readManifests } from '../../support/kubernetes.js'

const { deployment, words } = readManifests()
const [container] = deployment.spec.template.spec.containers

itPeer(
  'nats-server',
  'the probes of the guide’s manifests get from the command what they ask for',
  async (program) => {
    const nats = await NatsServer.start(program)
    // Ports of this machine, and a line that says which.
    const here = words.flatMap((word) => {
      if (word === '--quiet') return ['--json']
      if (word.startsWith('nats://')) return [`nats://${nats.address}`]
      return [word.startsWith('*:') ? '127.0.0.1:0' : word]
    })
    const server = Command.hawser(here)
    const [line] = await server.prints(/^.*"listening".*\n/)
    const { metrics, endpoints } = JSON.parse(line) as { metrics: string; endpoints: string[] }
    const probe = async (path: string): Promise<number> =>
      (await fetch(new URL(path, metrics))).status
    const { readinessProbe, livenessProbe } = container
    expect(await probe(readinessProbe.httpGet.path)).toBe(200)
    expect(await probe(livenessProbe.httpGet.path)).toBe(200)
    const client = await connect(endpoints[0] ?? '')
    onTestFinished(() => client.reset())
    // In the middle of a line, so that the drain waits for it.
    await client.send('whole line\nhalf a li')
    await server.prints(/whole line/)
    server.kill('SIGTERM')
    await server.prints(/"draining"/)
    expect(await probe(readinessProbe.httpGet.path)).toBe(503)
    expect(await probe(livenessProbe.httpGet.path)).toBe(200)
    client.reset()
    expect((await server.ended).code).toBe(0)
  },
)
