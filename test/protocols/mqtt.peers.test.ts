import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import mqtt, { type MqttClient } from 'mqtt'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createBroker } from '../../examples/protocols/mqtt/broker.js'
import { ROOT } from '../support/programs.js'
import { Running } from '../support/running.js'
import { until } from '../support/until.js'

// The counterpart is the MQTT client of npm, so there is no program to look for.

async function startBroker(): Promise<number> {
  const broker = createBroker()
  await broker.listen('tcp://127.0.0.1:0')
  onTestFinished(async () => void (await broker.close({ drain: 0 })))
  return (broker.address() as AddressInfo).port
}

/** A client that comes back only when it is asked to. */
async function connect(port: number, options: mqtt.IClientOptions = {}): Promise<MqttClient> {
  const client = mqtt.connect({ host: '127.0.0.1', port, reconnectPeriod: 0, ...options })
  onTestFinished(() => client.endAsync(true))
  client.on('error', () => {})
  await happens(client, 'connect')
  return client
}

function happens(client: MqttClient, event: 'connect' | 'close'): Promise<void> {
  return new Promise((resolve) => void client.once(event, () => resolve()))
}

/** What it receives, as it comes. */
function listen(client: MqttClient): string[] {
  const heard: string[] = []
  client.on('message', (topic, payload, { retain }) => {
    heard.push(`${topic} ${payload.toString()}${retain ? ' (retained)' : ''}`)
  })
  return heard
}

describe('the MQTT broker of the examples, and npm mqtt', () => {
  it('publish and subscribe, with wildcards and both QoS', async () => {
    const port = await startBroker()
    const reader = await connect(port)
    const heard = listen(reader)
    const granted = await reader.subscribeAsync({ 'ship/+/speed': { qos: 1 }, 'log/#': { qos: 0 } })
    expect(granted.map(({ topic, qos }) => [topic, qos])).toEqual([
      ['ship/+/speed', 1],
      ['log/#', 0],
    ])
    const writer = await connect(port)
    await writer.publishAsync('ship/a/speed', '12', { qos: 1 })
    await writer.publishAsync('ship/a/b/speed', 'not for it', { qos: 1 })
    await writer.publishAsync('log', 'one')
    await writer.publishAsync('log/a/b', 'two', { qos: 1 })
    await until(() => heard.length === 3)
    expect(heard).toEqual(['ship/a/speed 12', 'log one', 'log/a/b two'])
    await reader.unsubscribeAsync('log/#')
    await writer.publishAsync('log/a', 'gone', { qos: 1 })
    await writer.publishAsync('ship/b/speed', '0', { qos: 1 })
    await until(() => heard.length === 4)
    expect(heard.at(-1)).toBe('ship/b/speed 0')
  })

  it('carry ten thousand messages to three readers, none lost and in order', async () => {
    const port = await startBroker()
    const readers = [await connect(port), await connect(port), await connect(port)]
    const heard = readers.map(listen)
    for (const reader of readers) await reader.subscribeAsync('n', { qos: 1 })
    const writer = await connect(port)
    const numbers = Array.from({ length: 10_000 }, (_, index) => `n ${index}`)
    await Promise.all(numbers.map((text) => writer.publishAsync('n', text.slice(2), { qos: 1 })))
    // Every one was acknowledged, so every one has arrived.
    for (const each of heard) expect(each).toEqual(numbers)
  })

  it('keep a retained message, and a will for one that is cut off', async () => {
    const port = await startBroker()
    const writer = await connect(port, {
      will: { topic: 'state', payload: Buffer.from('lost'), qos: 1, retain: true },
    })
    await writer.publishAsync('state', 'here', { qos: 1, retain: true })
    const reader = await connect(port)
    const heard = listen(reader)
    await reader.subscribeAsync('state', { qos: 1 })
    await until(() => heard.length === 1)
    writer.stream.destroy()
    await until(() => heard.length === 2)
    expect(heard).toEqual(['state here (retained)', 'state lost'])
    const late = await connect(port)
    const found = listen(late)
    await late.subscribeAsync('#', { qos: 1 })
    await until(() => found.length === 1)
    expect(found).toEqual(['state lost (retained)'])
  })

  it('live by pings where the keepalive is a second', async () => {
    const port = await startBroker()
    const client = await connect(port, { keepalive: 1 })
    for (let pings = 0; pings < 2; pings++) {
      await new Promise<void>((resolve) => {
        const hear = ({ cmd }: { cmd: string }): void => {
          if (cmd !== 'pingresp') return
          client.off('packetreceive', hear)
          resolve()
        }
        client.on('packetreceive', hear)
      })
    }
    expect(client.connected).toBe(true)
  })

  it('lose nothing that was acknowledged when the broker is killed and comes back', async () => {
    const program = join(ROOT, 'examples/dist/protocols/mqtt/main.js')
    const first = new Running(process.execPath, [program, 'tcp://127.0.0.1:0'])
    const [, endpoint = '', port = ''] = await first.prints(/(tcp:\S+:(\d+))\n/)
    const reader = await connect(Number(port), { reconnectPeriod: 10 })
    const heard = new Set<string>()
    reader.on('message', (_, payload) => void heard.add(payload.toString()))
    await reader.subscribeAsync('n/#', { qos: 1 })
    const writer = await connect(Number(port))
    const acknowledged = new Set<string>()
    const say = (index: number): void => {
      writer.publish('n/a', String(index), { qos: 1 }, (error) => {
        if (error === undefined || error === null) acknowledged.add(String(index))
      })
    }
    for (let index = 0; index < 3_000; index++) say(index)
    await until(() => acknowledged.size > 100)
    const gone = [happens(reader, 'close'), happens(writer, 'close')]
    await first.kill()
    const subscribed = new Promise<void>((resolve) => {
      reader.on('packetreceive', ({ cmd }) => void (cmd === 'suback' && resolve()))
    })
    await Promise.all(gone)
    expect([...acknowledged].filter((each) => !heard.has(each))).toEqual([])
    for (let index = 3_000; index < 3_100; index++) say(index)

    const second = new Running(process.execPath, [program, endpoint])
    await second.prints(/Ctrl-C/)
    // It comes back and subscribes again by itself.
    await subscribed
    const { incomingStore, outgoingStore } = writer
    writer.reconnect({ incomingStore, outgoingStore })
    await until(() => acknowledged.size === 3_100)
    expect(heard.size).toBe(3_100)
  })
})
