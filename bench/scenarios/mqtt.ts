import { nodeServer } from '../candidates.js'
import { countConnections, ratio, scaled } from '../scenario.js'
import type { Sample, Scenario, Session } from '../scenario.js'

const publishers = 10
const subscribers = 10
const window = 20
/** Windows of each publisher that are measured in 100 ms of a scale's time. */
const windowsPerTenth = 15

/** What a broker costs for each message that it delivers. */
export const mqtt: Scenario = {
  id: 'mqtt',
  title: 'MQTT brokers',
  description:
    '10 publishers with 20 messages of 64 bytes under way each, QoS 0, to 10 subscribers each that ' +
    'have a wildcard in their filter: processor time of the broker for each message that is delivered',
  passes: 4,
  candidates: [
    nodeServer('mqtt-net', 'MQTT: node:net by hand', 'mqtt/net'),
    nodeServer('mqtt-corked', 'the same, corked for a turn', 'mqtt/net', 'corked'),
    nodeServer('mqtt-aedes', 'MQTT: npm aedes', 'mqtt/aedes'),
    nodeServer('mqtt', 'MQTT: Hawser, examples/protocols/mqtt', 'mqtt/hawser'),
  ],
  columns: [
    { key: 'rate', title: 'delivered/s', digits: 0 },
    { key: 'cpu', title: 'CPU µs/delivered', digits: 3, spread: true },
  ],
  figures: [
    {
      title: 'MQTT broker: to node:net by hand',
      atMost: 0.5,
      unit: '×',
      value: ratio('cpu', 'mqtt', 'mqtt-net'),
    },
    {
      title: 'MQTT broker: to aedes',
      atMost: 0.35,
      unit: '×',
      value: ratio('cpu', 'mqtt', 'mqtt-aedes'),
    },
  ],
  warmUp: async (_, session) => {
    await open(session)
    await session.load.ask('publish', windowsIn(session.scale.warmUp))
    await close(session)
  },
  measure: measureMqtt,
}

async function measureMqtt(_: unknown, session: Session): Promise<Sample> {
  const { load, server, scale } = session
  await open(session)
  await load.ask('publish', windowsIn(scale.measured / 5))
  const before = (await server.ask('cpu')) as number
  const result = await load.ask('publish', windowsIn(scale.measured))
  const after = (await server.ask('cpu')) as number
  await close(session)
  const { messages, elapsed } = result as { messages: number; elapsed: number }
  return { rate: (messages / elapsed) * 1000, cpu: (after - before) / messages }
}

async function open(session: Session): Promise<void> {
  const { port, load, scale } = session
  const devices = scaled(publishers, scale)
  await load.ask('mqtt', { port, publishers: devices, subscribers, window })
  await countConnections(session, devices * (subscribers + 1))
}

async function close(session: Session): Promise<void> {
  await session.load.ask('close')
  await countConnections(session, 0)
}

function windowsIn(duration: number): number {
  return Math.max(1, Math.round((duration / 100) * windowsPerTenth))
}
