import fc from 'fast-check'
import { byteOperations, connect, type Connection, lengthPrefixed, raw } from 'hawser'
import { checkFraming, createMemoryNetwork, FrameReader, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type BrokerLimits, createBroker } from '../../examples/protocols/mqtt/broker.js'
import {
  mqtt,
  type Packet,
  publish,
  puback,
  suback,
} from '../../examples/protocols/mqtt/packets.js'
import { isFilter, TopicTree } from '../../examples/protocols/mqtt/topic-tree.js'
import { runs } from '../support/property-runs.js'
import { damaged, expectOrderly, say } from './support/damage.js'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
const text = (word: string): Uint8Array =>
  Buffer.concat([Buffer.of(0, Buffer.byteLength(word)), Buffer.from(word)])
const message = (topic: string, payload: string, qos = 0, retain = false) => ({
  topic,
  payload: new TextEncoder().encode(payload),
  qos,
  retain,
})

/** Packets of a client, as frames. */
const hello = (clientId: string, keepalive = 0, flags = 2, rest: Uint8Array = Buffer.of()) =>
  Buffer.concat([
    hex('10'),
    text('MQTT'),
    Buffer.of(4, flags, keepalive >> 8, keepalive & 255),
    text(clientId),
    rest,
  ])
const subscribe = (id: number, filter: string, qos = 0): Uint8Array =>
  Buffer.concat([hex('82'), Buffer.of(id >> 8, id & 255), text(filter), Buffer.of(qos)])
const unsubscribe = (id: number, filter: string): Uint8Array =>
  Buffer.concat([hex('a2'), Buffer.of(id >> 8, id & 255), text(filter)])
const ping = hex('c0')
const disconnect = hex('e0')

const frames = lengthPrefixed({ bytes: 'varint', offset: 1 })

async function start(options: Parameters<typeof createBroker>[0] = {}, limits: BrokerLimits = {}) {
  const network = createMemoryNetwork()
  const broker = createBroker({ network, ...options }, limits)
  await broker.listen('tcp://127.0.0.1:1883')
  onTestFinished(async () => void (await broker.close({ drain: 0 })))
  /** A client that has said hello, and its connection on the broker's side. */
  const join = async (clientId: string, ...rest: [number?, number?, Uint8Array?]) => {
    const client = await connect(broker.address(), { network, framing: frames })
    await client.send(hello(clientId, ...rest))
    expect(await hear(client)).toBe('200000')
    return client
  }
  return { network, broker, join }
}

type Client = Connection<Uint8Array, Uint8Array | string>

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

async function hear(client: Client): Promise<string> {
  return hexOf(await client.receive())
}

async function ask(client: Client, packet: Uint8Array): Promise<string> {
  await client.send(packet)
  return hear(client)
}

describe('packets of MQTT', () => {
  it('are the same at every cut, and garbage is refused', () => {
    checkFraming(mqtt(), [
      {
        bytes: hex('101000044d5154540402003c000468617773'),
        receive: [
          {
            type: 'connect',
            clientId: 'haws',
            clean: true,
            keepalive: 60,
            version: 4,
            will: undefined,
          },
        ],
      },
      {
        bytes: hex('30050001616869'),
        receive: [{ type: 'publish', id: 0, message: { ...message('a', 'hi') } }],
      },
      { bytes: hex('40020102'), receive: [{ type: 'puback', id: 258 }] },
      {
        bytes: hex('820800010003612f2b01'),
        receive: [{ type: 'subscribe', id: 1, filters: [{ filter: 'a/+', qos: 1 }] }],
      },
      { bytes: hex('c000e000'), receive: [{ type: 'ping' }, { type: 'disconnect' }] },
    ])
  })

  it.each([
    ['of QoS 2', '34070001610001'],
    ['of QoS 3', '36070001610001'],
    ['with a topic that has a wildcard', '3003000123'],
    ['without a topic', '30020000'],
    ['with a topic that is not UTF-8', '30030001ff'],
    ['with a NUL in a topic', '3003000100'],
    ['with an id of 0', '32050001610000'],
    ['that end in the middle of a field', '3003000561'],
    ['of a kind that clients do not send', '20020000'],
    ['with flags that their kind does not have', '800800010003612f2b01'],
    ['with a subscription without a filter', '82020001'],
    ['with a subscription of QoS 3', '8206000100016103'],
    ['with more than they should have', 'c00100'],
    ['of another protocol', '100c000448545450040200000000'],
    ['with the reserved flag of a connect', '100c00044d515454040300000000'],
  ])('%s are refused', async (_, bytes) => {
    const { network, broker } = await start()
    expect(await say(broker, network, [hex(bytes)])).toMatch(/^frame-(malformed|truncated)$/)
  })

  it('larger than the broker takes are refused by their length', async () => {
    const { network, broker } = await start()
    expect(await say(broker, network, [hex('30ffffff7f')])).toBe('frame-too-large')
  })

  it('are not kept whole for a will or a retained message', () => {
    const rest = [text('topic'), text('will'), text('x'.repeat(200)), text('password')]
    const payloads: (Uint8Array | undefined)[] = []
    const reader = new FrameReader(mqtt(), byteOperations)
    const take = (packet: Packet): boolean => {
      if (packet.type === 'connect') payloads.push(packet.will?.payload)
      if (packet.type === 'publish') payloads.push(packet.message.payload)
      return true
    }
    for (const packet of [
      hello('a', 0, 2 | 4 | 64 | 128, Buffer.concat(rest)),
      publish(message('a'.repeat(200), 'will', 0, true)),
    ]) {
      const size = packet.length - 1
      const frame = [packet[0] ?? 0, (size & 127) | 128, size >> 7, ...packet.subarray(1)]
      reader.feed(Uint8Array.from(frame), false, 0, take)
    }
    expect(payloads.map((payload) => payload?.buffer.byteLength)).toEqual([4, 4])
  })
})

describe('topics', () => {
  const name = fc.constantFrom('a', 'b', '', '$x')
  const level = fc.oneof(name, fc.constant('+'))
  const topic = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'))
  const filter = fc
    .tuple(fc.array(level, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([names, isOpen]) => [...names, ...(isOpen ? ['#'] : [])].join('/'))
    .filter((joined) => joined !== '')

  /** Section 4.7, word by word. */
  function matches(wanted: string, given: string): boolean {
    if (given.startsWith('$') && /^[+#]/.test(wanted)) return false
    const names = given.split('/')
    const levels = wanted.split('/')
    const isOpen = levels.at(-1) === '#'
    const fixed = isOpen ? levels.slice(0, -1) : levels
    if (isOpen ? names.length < fixed.length : names.length !== fixed.length) return false
    return fixed.every((each, at) => each === '+' || each === names[at])
  }

  it('are found by the filters that fit, whatever else there was', () => {
    fc.assert(
      fc.property(
        fc.array(filter, { maxLength: 12 }),
        fc.array(filter, { maxLength: 6 }),
        fc.array(topic, { minLength: 1, maxLength: 6 }),
        (kept, gone, topics) => {
          const tree = new TopicTree<string>()
          for (const each of [...kept, ...gone]) tree.add(each, each, 0)
          const left = new Set(kept)
          for (const each of gone) {
            tree.delete(each, each)
            left.delete(each)
          }
          for (const each of topics) {
            const found = [...tree.find(each).keys()].toSorted()
            expect(found).toEqual([...left].filter((one) => matches(one, each)).toSorted())
          }
          for (const each of left) tree.delete(each, each)
          expect(tree).toEqual(new TopicTree())
        },
      ),
      runs(500),
    )
  })

  it.each(['', 'a#', 'a/#/b', 'a+/b', '#/a', '++'])('%j is no filter', (wrong) => {
    expect(isFilter(wrong)).toBe(false)
  })
})

describe('the MQTT broker of the examples', () => {
  it('sends a message once to one that subscribed to it twice, with the higher QoS', async () => {
    const { join } = await start()
    const reader = await join('reader')
    expect(await ask(reader, subscribe(1, 'ship/+', 0))).toBe(hexOf(suback(1, [0])))
    expect(await ask(reader, subscribe(2, '#', 1))).toBe(hexOf(suback(2, [1])))
    const writer = await join('writer')
    await writer.send(publish(message('ship/a', 'one'), 7))
    expect(await hear(reader)).toBe(hexOf(publish(message('ship/a', 'one'), 1)))
    await writer.send(publish(message('ship/a', 'two')))
    expect(await hear(reader)).toBe(hexOf(publish(message('ship/a', 'two'))))
  })

  it('acknowledges a message when all that it is for have acknowledged it', async () => {
    const { join } = await start()
    const readers = [await join('one'), await join('two')]
    for (const reader of readers) await ask(reader, subscribe(1, 'a', 1))
    const writer = await join('writer')
    await writer.send(publish(message('a', 'x'), 9))
    for (const reader of readers) await reader.receive()
    await readers[0]?.send(puback(1))
    // What the broker has read by now it has dealt with: nothing was acknowledged.
    expect(await ask(readers[0] as Client, ping)).toBe('d0')
    expect(await ask(writer, ping)).toBe('d0')
    readers[1]?.reset()
    expect(await hear(writer)).toBe(hexOf(puback(9)))
    await writer.send(publish(message('nothing/reads/this', 'x'), 10))
    expect(await hear(writer)).toBe(hexOf(puback(10)))
  })

  it('keeps the last retained message of a topic, until an empty one', async () => {
    const { join } = await start({}, { maxRetainedBytes: 700 })
    const writer = await join('writer')
    for (const word of ['one', 'two']) await writer.send(publish(message('a', word, 0, true)))
    await writer.send(publish(message('b', 'b', 0, true)))
    // There is no room for a third.
    await writer.send(publish(message('c', 'c', 0, true)))
    await ask(writer, ping)
    const reader = await join('reader')
    expect(await ask(reader, subscribe(1, '#'))).toBe(hexOf(suback(1, [0])))
    expect(await hear(reader)).toBe(hexOf(publish(message('a', 'two', 0, true))))
    expect(await hear(reader)).toBe(hexOf(publish(message('b', 'b', 0, true))))
    for (const each of ['a', 'b']) await writer.send(publish(message(each, '', 0, true)))
    await ask(writer, ping)
    const late = await join('late')
    expect(await ask(late, subscribe(1, '#'))).toBe(hexOf(suback(1, [0])))
    expect(await ask(late, ping)).toBe('d0')
  })

  it('says the will of a client that is cut off, and not of one that leaves', async () => {
    const { join } = await start()
    const reader = await join('reader')
    await ask(reader, subscribe(1, 'gone/#'))
    const will = (word: string): Uint8Array => Buffer.concat([text(`gone/${word}`), text('bye')])
    const leaving = await join('leaving', 0, 6, will('leaving'))
    await leaving.send(disconnect)
    await leaving.closed
    const cut = await join('cut', 0, 6, will('cut'))
    cut.reset()
    expect(await hear(reader)).toBe(hexOf(publish(message('gone/cut', 'bye'))))
  })

  it('gives a client up after one and a half times its keepalive, whatever it is sent', async () => {
    const clock = new VirtualClock()
    const { join, broker } = await start({ clock })
    const silent = await join('silent', 10)
    await ask(silent, subscribe(1, 'tick'))
    const writer = await join('writer')
    const [first] = [...broker.connections]
    for (let second = 1; second <= 14; second++) {
      await clock.advance(1_000)
      await writer.send(publish(message('tick', '')))
      await silent.receive()
    }
    expect(first?.phase).toBe('open')
    await clock.advance(1_001)
    expect(first?.phase).not.toBe('open')
    expect(await clock.runUntil(silent.closed)).toMatchObject({ reason: 'ended', by: 'remote' })
    expect(
      await clock.runUntil(first?.closed ?? Promise.reject(new Error('nothing joined'))),
    ).toMatchObject({ reason: 'read-idle-timeout' })
  })

  it('lets a second client of the same name take over from the first', async () => {
    const { join } = await start()
    const first = await join('same')
    await join('same')
    expect(await first.closed).toMatchObject({ reason: 'reset', by: 'remote' })
  })

  it.each([
    ['a message before its connect', ping],
    [
      'two connects',
      Buffer.concat([hex('100c'), hello('').subarray(1), hex('100c'), hello('').subarray(1)]),
    ],
  ])('ends one that sends %s', async (_, bytes) => {
    const { network, broker } = await start()
    const piece = bytes === ping ? hex('c000') : bytes
    expect(await say(broker, network, [piece])).toBe('mqtt-out-of-turn')
  })

  it.each([
    ['another version', Buffer.concat([hex('1007'), text('MQTT'), Buffer.of(5)]), '20020001'],
    [
      'no name and a session to keep',
      Buffer.concat([hex('100c'), hello('', 0, 0).subarray(1)]),
      '20020002',
    ],
  ])('refuses %s with a code', async (_, bytes, reply) => {
    const { network, broker } = await start()
    const client = await connect(broker.address(), { network, framing: raw() })
    await client.send(bytes)
    let replied = ''
    for await (const piece of client) replied += Buffer.from(piece).toString('hex')
    expect(replied).toBe(reply)
  })

  it('refuses filters that are wrong, too long or too many, and keeps the others', async () => {
    const { join } = await start({}, { maxSubscriptions: 2, maxFilter: 20, maxLevels: 3 })
    const client = await join('a')
    expect(await ask(client, subscribe(1, 'a/#/b'))).toBe(hexOf(suback(1, [0x80])))
    expect(await ask(client, subscribe(2, 'a'.repeat(21)))).toBe(hexOf(suback(2, [0x80])))
    expect(await ask(client, subscribe(2, 'a/b/c/d'))).toBe(hexOf(suback(2, [0x80])))
    expect(await ask(client, subscribe(9, 't1/+/#'))).toBe(hexOf(suback(9, [0])))
    expect(await ask(client, unsubscribe(10, 't1/+/#'))).toBe('b0000a')
    for (const [id, code] of [0, 0, 0x80].entries())
      expect(await ask(client, subscribe(id + 3, `t${id}`))).toBe(hexOf(suback(id + 3, [code])))
    expect(await ask(client, subscribe(6, 't1', 1))).toBe(hexOf(suback(6, [1])))
    expect(await ask(client, unsubscribe(7, 't1'))).toBe('b00007')
    expect(await ask(client, subscribe(8, 't2'))).toBe(hexOf(suback(8, [0])))
  })

  it('ends a subscriber that acknowledges nothing, and the publisher goes on', async () => {
    const { join } = await start({}, { maxUnacknowledged: 3 })
    const reader = await join('reader')
    await ask(reader, subscribe(1, 'a', 1))
    const writer = await join('writer')
    for (let id = 1; id <= 4; id++) await writer.send(publish(message('a', 'x'), id))
    const acknowledged = []
    for (let id = 1; id <= 4; id++) acknowledged.push(await hear(writer))
    expect(acknowledged.toSorted()).toEqual([1, 2, 3, 4].map((id) => hexOf(puback(id))))
    expect(await reader.closed).toMatchObject({ reason: 'reset', by: 'remote' })
    const slow = await start({}, { acknowledgeTimeout: 1 })
    const asleep = await slow.join('asleep')
    await ask(asleep, subscribe(1, 'a', 1))
    const other = await slow.join('writer')
    expect(await ask(other, publish(message('a', 'x'), 5))).toBe(hexOf(puback(5)))
  })

  it('survives whatever comes, keeps nothing of it, and serves the next client', async () => {
    const { network, broker, join } = await start()
    const whole = (packet: Uint8Array): Uint8Array =>
      Buffer.concat([packet.subarray(0, 1), Buffer.of(packet.length - 1), packet.subarray(1)])
    const talk = [
      hello('a', 10, 6, Buffer.concat([text('will'), text('w')])),
      subscribe(1, 'a/+', 1),
      publish(message('a/b', 'one'), 1),
      puback(1),
      publish(message('a/c', 'two', 0, true)),
      unsubscribe(2, 'a/+'),
      ping,
      disconnect,
    ]
    await fc.assert(
      fc.asyncProperty(damaged([Buffer.concat(talk.map(whole))]), async (pieces) => {
        expectOrderly(await say(broker, network, pieces), 'mqtt-out-of-turn', 'mqtt-refused')
      }),
      runs(300),
    )
    const reader = await join('reader')
    expect(await ask(reader, subscribe(9, 'z'))).toBe(hexOf(suback(9, [0])))
    expect(broker.info().connections).toBe(1)
  })
})
