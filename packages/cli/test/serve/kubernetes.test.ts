import { defaultDrain } from 'hawser'
import { expect, it } from 'vitest'
import { createProgram } from '../../src/program.js'
import type { ServeOptions } from '../../src/serve/options.js'
import { readManifests } from '../support/kubernetes.js'

const { deployment, service, words } = readManifests()
const { template, selector, strategy } = deployment.spec
const [container] = template.spec.containers

/** What the command makes of the words of the guide. */
async function parse(): Promise<ServeOptions> {
  const parsed: ServeOptions[] = []
  const program = createProgram('1.2.3', {
    serve: async (options) => void parsed.push(options),
    connect: async () => {},
    proxy: async () => {},
    inspect: async () => {},
    replay: async () => {},
    cert: async () => {},
    log: async () => {},
    workbench: async () => {},
    run: async () => {},
  })
  await program.parseAsync([...words], { from: 'user' })
  const [options] = parsed
  if (options === undefined) throw new Error('the guide does not run hawser serve')
  return options
}

it('the manifests of the guide are a Deployment and the Service that finds its pods', () => {
  expect([deployment.kind, service.kind]).toEqual(['Deployment', 'Service'])
  expect(template.metadata.labels).toMatchObject(selector.matchLabels)
  expect(template.metadata.labels).toMatchObject(service.spec.selector)
  // No old pod goes before a new one is ready.
  expect(strategy.rollingUpdate.maxUnavailable).toBe(0)
})

it('the command takes all their words, and listens where Service and probes ask', async () => {
  const { endpoints, metrics, mode, nats } = await parse()
  expect({ endpoints, metrics, mode }).toEqual({
    endpoints: [`*:${service.spec.ports[0]?.port}`],
    metrics: `*:${container.readinessProbe.httpGet.port}`,
    mode: 'chat',
  })
  expect(nats?.servers).toEqual(['nats://nats:4222'])
  const [{ port, targetPort = port } = { port: 0 }] = service.spec.ports
  const { readinessProbe, livenessProbe } = container
  const asked = [targetPort, readinessProbe.httpGet.port, livenessProbe.httpGet.port]
  expect(new Set(asked)).toEqual(new Set(container.ports.map(({ containerPort }) => containerPort)))
})

it('the drain is over before Kubernetes kills the pod', async () => {
  const [program, seconds] = container.lifecycle.preStop.exec.command
  expect(program).toBe('sleep')
  const { drain = defaultDrain } = await parse()
  // A few seconds are for what comes behind it.
  const needed = Number(seconds) * 1_000 + drain + 5_000
  expect(needed).toBeLessThanOrEqual(template.spec.terminationGracePeriodSeconds * 1_000)
})
