import fc from 'fast-check'
import {
  type Backplane,
  type BackplaneCodec,
  type BackplaneListener,
  type Connection,
  framing,
  type HawserError,
  jsonLines,
  lines,
  memoryBackplane,
  raw,
  type Server,
  type ServerOptions,
} from 'hawser'
import { type ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { describeBackplane } from './support/backplane-contract.js'
import { connectMembers, resetAll } from './support/members.js'
import { loopback, make, rejection, serve } from './support/serving.js'
import { runs } from '../../../../test/support/property-runs.js'

forbidStrayErrors()

type Lines = Server<string, string>

interface Node {
  readonly server: Lines
  readonly peer: ScriptedPeer
  readonly member: Connection<string, string>
  readonly errors: HawserError[]
}

/** A server of lines on this backplane, with one connection. */
async function startNode(
  backplane: Backplane,
  options: Partial<ServerOptions<string, string>> = {},
): Promise<Node> {
  const errors: HawserError[] = []
  const onError = (error: HawserError): void => void errors.push(error)
  const server = await serve({ framing: lines(), backplane, onError, ...options }, {})
  const { peers, members } = await connectMembers(server, 1)
  const [peer, member] = [peers[0], members[0]]
  if (peer === undefined || member === undefined) throw new Error('nobody connected')
  onTestFinished(() => peer.reset())
  return { server, peer, member, errors }
}

/** Two servers or more, joined in memory. */
async function startNodes(count: number): Promise<Node[]> {
  const backplane = memoryBackplane()
  const nodes: Node[] = []
  while (nodes.length < count) nodes.push(await startNode(backplane.node()))
  return nodes
}

type Two = [Node, Node]
type Three = [Node, Node, Node]

/** A backplane whose calls are written down, and answered as the test says. */
class ScriptedBackplane implements Backplane {
  readonly nodeId = 'scripted'
  connected = true
  readonly calls: string[] = []
  readonly published: { topic: string; message: Uint8Array }[] = []
  readonly refusals: string[] = []
  listener: BackplaneListener | undefined
  /** What the next calls answer; throw or reject to fail. */
  answer: (call: string) => void | Promise<void> = () => undefined

  open(listener: BackplaneListener): void {
    this.calls.push('open')
    this.listener = listener
  }

  subscribe(topic: string): void | Promise<void> {
    return this.#note(`subscribe ${topic}`)
  }

  unsubscribe(topic: string): void | Promise<void> {
    return this.#note(`unsubscribe ${topic}`)
  }

  publish(topic: string, message: Uint8Array): void | Promise<void> {
    this.published.push({ topic, message })
    return this.#note(`publish ${topic}`)
  }

  refused(topic: string): void {
    this.refusals.push(topic)
  }

  close(): void | Promise<void> {
    return this.#note('close')
  }

  #note(call: string): void | Promise<void> {
    this.calls.push(call)
    return this.answer(call)
  }
}

const nothing = (): void => undefined
/** Takes a node's place, and nothing else. */
const deaf: BackplaneListener = {
  message: nothing,
  failed: nothing,
  disconnected: nothing,
  reconnected: nothing,
  missed: nothing,
}

describeBackplane(
  'a backplane in memory',
  (count) => {
    const backplane = memoryBackplane()
    return Array.from({ length: count }, () => backplane.node())
  },
  async () => {
    for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate)
  },
)

describe('members of a topic', () => {
  it('are counted on all nodes, each once, and there is no need of members here', async () => {
    const nodes = await startNodes(3)
    const [one, two, three] = nodes as Three
    for (const { member } of [one, two]) member.join('news')
    two.member.join('sport')
    expect(await three.server.to('news').count()).toEqual({ members: 2, silent: [] })
    expect(await one.server.to(['news', 'sport']).count()).toEqual({ members: 2, silent: [] })
    expect(await one.server.to('nothing').count()).toEqual({ members: 0, silent: [] })
    expect(one.server.info().backplane).toMatchObject({ published: 0, received: 0, lost: 0 })
  })

  it('are those of this server where it has no backplane', async () => {
    const server = await serve({ framing: lines() }, {})
    expect(await server.to('news').count()).toEqual({ members: 0, silent: [] })
    for (const timeout of [0, Infinity, NaN]) {
      await expect(server.to('news').count({ timeout })).rejects.toMatchObject({
        code: 'HAWSER_INVALID_OPTION',
      })
    }
  })

  it('of a node that does not reply in time are missing, and it is named', async () => {
    const hub = memoryBackplane()
    const clock = new VirtualClock()
    const { server, member } = await startNode(hub.node('asks'), { clock })
    member.join('news')
    // Never a server: it is there, and takes no questions.
    const dumb = hub.node('dumb')
    dumb.open(deaf)
    onTestFinished(() => dumb.close())
    const counting = server.to('news').count({ timeout: 500 })
    await clock.advance(500)
    expect(await counting).toEqual({ members: 1, silent: ['dumb'] })
  })

  it('cannot be counted where the question cannot be brought to the others', async () => {
    const backplane = new ScriptedBackplane()
    const { server } = await startNode(backplane)
    backplane.answer = () => {
      throw new Error('the link is down')
    }
    await expect(server.to('news').count()).rejects.toMatchObject({
      code: 'HAWSER_BACKPLANE_FAILED',
      message: expect.stringContaining('the link is down') as string,
    })
  })

  it('that strangers claim to have count once, and what is no reply is reported', async () => {
    const backplane = new ScriptedBackplane()
    const clock = new VirtualClock()
    const { server, errors } = await startNode(backplane, { clock })
    const counting = server.to('news').count()
    await until(() => backplane.published.length === 1)
    const question = Buffer.from(backplane.published[0]?.message ?? '')
    const reply = (count: number): Buffer => {
      const bytes = Buffer.concat([question.subarray(0, 6), Buffer.alloc(4)])
      bytes[1] = 2
      bytes.writeUInt32BE(count, 6)
      return bytes
    }
    const tell = (bytes: Uint8Array): void =>
      backplane.listener?.message('\0scripted', bytes, 'stranger')
    tell(reply(5))
    tell(reply(7))
    for (const bad of [[2], [2, 9, 0, 0, 0, 1], [2, 1, 0, 0, 0, 1, 0x7b], [2, 2, 0, 0, 0, 1]]) {
      tell(Uint8Array.from(bad))
    }
    await clock.advance(1_000)
    expect(await counting).toEqual({ members: 5, silent: [] })
    expect(errors.map(({ code }) => code)).toEqual(['HAWSER_BACKPLANE_FAILED'])
    // The last is of one that has had its say.
    expect(server.info().backplane).toMatchObject({ received: 0, strangers: 3 })
  })
})

describe('a message that is not handed over', () => {
  it('is said to be refused, so that the others know that they miss it', async () => {
    const backplane = new ScriptedBackplane()
    const backplaneCodec: BackplaneCodec<string> = {
      encode(message) {
        if (message === 'no bytes') throw new Error('it has none')
        return Buffer.from(message)
      },
      decode: String,
    }
    const { server } = await startNode(backplane, { backplaneQueue: 1_000, backplaneCodec })
    backplane.answer = (call) =>
      call.startsWith('publish') ? new Promise<void>(() => undefined) : undefined
    server.to('news').send('no bytes')
    server.to('news').send('x'.repeat(1_000))
    server.to('news').send('no room')
    server.to(['news', 'sport']).send('no room')
    expect(backplane.refusals).toEqual(['news', 'news', ''])
    expect(server.info().backplane).toMatchObject({ lost: 3 })
  })
})

describe('the link to the other nodes', () => {
  it('is reported when it is lost, and told when it is back', async () => {
    const backplane = new ScriptedBackplane()
    const { server, errors } = await startNode(backplane)
    const told: boolean[] = []
    server.on('backplane', ({ connected }) => told.push(connected))
    expect(server.info().backplane).toMatchObject({ connected: true, missed: 0 })
    backplane.connected = false
    backplane.listener?.disconnected(new Error('the cable is cut'))
    expect(errors).toMatchObject([
      {
        code: 'HAWSER_BACKPLANE_FAILED',
        message: expect.stringContaining('the cable is cut') as string,
      },
    ])
    backplane.connected = true
    backplane.listener?.reconnected()
    backplane.listener?.missed('news', 3, 'other')
    backplane.listener?.missed('', 4, 'other')
    // A question is no message for members.
    backplane.listener?.missed('\0', 5, 'other')
    expect(told).toEqual([false, true])
    expect(server.info().backplane).toMatchObject({ connected: true, missed: 7 })
    for (let gap = 0; gap < 3; gap += 1) backplane.listener?.missed('news', 2 ** 52, 'other')
    expect(server.info().backplane).toMatchObject({ missed: Number.MAX_SAFE_INTEGER })
  })
})

describe('servers on a backplane', () => {
  it('bring a message to the members on every node, each once, and count those here', async () => {
    const nodes = await startNodes(3)
    const [one, two, three] = nodes as Three
    for (const { member } of [one, two]) member.join('news')
    expect(one.server.to('news').send('from one')).toBe(1)
    await one.peer.receives('from one\n')
    await two.peer.receives('from one\n')
    expect(three.server.to('news').send('from three')).toBe(0)
    await one.peer.receives('from three\n')
    await two.peer.receives('from three\n')
    three.server.broadcast('end')
    for (const { peer } of nodes) await peer.receives('end\n')
    expect(one.server.info().backplane).toEqual({
      nodeId: 'node-1',
      published: 1,
      received: 2,
      lost: 0,
      missed: 0,
      strangers: 0,
      connected: true,
      nodes: 2,
      queued: 0,
    })
    expect(three.server.info().backplane).toMatchObject({ published: 2, received: 0 })
    expect(nodes.flatMap(({ errors }) => errors)).toEqual([])
  })

  it('bring it once to who is in several of the topics', async () => {
    const [one, two] = (await startNodes(2)) as Two
    two.member.join('a')
    two.member.join('b')
    expect(one.server.to(['a', 'b', 'c']).send('once')).toBe(0)
    expect(one.server.to(['c', 'd']).send('not for you')).toBe(0)
    one.server.to('b').send('end')
    await two.peer.receives('once\nend\n')
  })

  it('keep the order in which one node sends, whatever it sends to', async () => {
    const [one, two] = (await startNodes(2)) as Two
    two.member.join('a')
    two.member.join('b')
    let expected = ''
    for (let each = 0; each < 40; each += 1) {
      const line = String(each)
      expected += `${line}\n`
      if (each % 4 === 0) one.server.broadcast(line)
      else if (each % 4 === 1) one.server.to(['a', 'b']).send(line)
      else one.server.to(each % 4 === 2 ? 'a' : 'b').send(line)
    }
    await two.peer.receives(expected)
  })

  it('leave out on their own node who is left out', async () => {
    const [one, two] = (await startNodes(2)) as Two
    for (const { member } of [one, two]) member.join('news')
    expect(one.server.to('news').send('not me', { except: one.member })).toBe(0)
    expect(one.server.broadcast('nor here', { except: one.member })).toBe(0)
    await two.peer.receives('not me\nnor here\n')
    one.server.broadcast('end')
    await one.peer.receives('end\n')
  })

  it('keep here what is meant to be local, and what has a filter', async () => {
    const [one, two] = (await startNodes(2)) as Two
    for (const { member } of [one, two]) member.join('news')
    expect(one.server.to('news').send('local', { local: true })).toBe(1)
    expect(one.server.to('news').send('filtered', { filter: () => true })).toBe(1)
    expect(one.server.broadcast('local too', { local: true })).toBe(1)
    one.server.broadcast('end')
    await one.peer.receives('local\nfiltered\nlocal too\nend\n')
    await two.peer.receives('end\n')
  })

  it('encode for the framing that each member has', async () => {
    const backplane = memoryBackplane()
    const one = await startNode(backplane.node())
    const two = await startNode(backplane.node(), { framing: lines({ sendCrlf: true }) })
    const three = await startNode(backplane.node(), { framing: jsonLines<string>() })
    one.server.broadcast('héllo')
    await one.peer.receives('héllo\n')
    await two.peer.receives('héllo\r\n')
    await three.peer.receives('"héllo"\n')
  })

  it('carry bytes as they are', async () => {
    const backplane = memoryBackplane()
    const one = make({ framing: raw(), backplane: backplane.node() })
    const two = await serve({ framing: raw(), backplane: backplane.node() }, {})
    const { peers } = await connectMembers(two, 1)
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    one.broadcast(bytes)
    // What was published is what it was then.
    bytes.fill(0)
    await peers[0]?.receives(Uint8Array.from({ length: 256 }, (_, index) => index))
    resetAll(peers)
  })

  it('carry what JSON can', async () => {
    const backplane = memoryBackplane()
    const one = make({ framing: jsonLines<unknown>(), backplane: backplane.node() })
    const two = await serve({ framing: jsonLines<unknown>(), backplane: backplane.node() }, {})
    const { peers } = await connectMembers(two, 1)
    for (const value of [{ a: [1, null] }, 7, 'text', null, false]) one.broadcast(value)
    await peers[0]?.receives('{"a":[1,null]}\n7\n"text"\nnull\nfalse\n')
    resetAll(peers)
  })

  it('carry anything with a codec', async () => {
    const numbers = framing<bigint>({
      name: 'numbers',
      maxFrame: 100,
      decoder: () => ({ decode: () => 0 }),
      encoder: () => ({ encode: (message, output) => output.text(`<${message}>`) }),
    })
    const backplaneCodec: BackplaneCodec<bigint> = {
      encode: (message) => new TextEncoder().encode(message.toString(16)),
      decode: (bytes) => BigInt(`0x${new TextDecoder().decode(bytes)}`),
    }
    const backplane = memoryBackplane()
    const shared = { framing: numbers, backplaneCodec }
    const one = make({ ...shared, backplane: backplane.node() })
    const two = await serve({ ...shared, backplane: backplane.node() }, {})
    const { peers } = await connectMembers(two, 1)
    one.broadcast(2n ** 70n)
    await peers[0]?.receives(`<${2n ** 70n}>`)
    resetAll(peers)
  })

  it('say what is to become of slow members elsewhere', async () => {
    const backplane = memoryBackplane()
    const one = make<string, string>({ framing: lines(), backplane: backplane.node() })
    const two = await startNode(backplane.node(), { highWaterMark: 1_000 })
    two.peer.stopReading()
    const big = 'x'.repeat(200_000)
    for (let rounds = 0; two.server.info().skipped < 3; rounds += 1) {
      one.broadcast(big, { overflow: 'skip' })
      await new Promise(setImmediate)
      expect(rounds).toBeLessThan(200)
    }
    expect(two.member.phase).toBe('open')
    one.broadcast('')
    const { messagesWritten } = two.member
    await until(() => two.member.messagesWritten === messagesWritten + 1)
  })

  it('go on without one that is gone', async () => {
    const [one, two, three] = (await startNodes(3)) as Three
    for (const { member } of [one, two, three]) member.join('news')
    one.server.to('news').send('last words')
    two.peer.reset()
    await one.server.close({ drain: 0 })
    await three.peer.receives('last words\n')
    three.server.to('news').send('still here')
    await three.peer.receives('still here\n')
    expect(one.server.info().backplane).toMatchObject({ received: 0 })
    // Sending when all is over is no error, and goes nowhere.
    expect(one.server.to('news').send('too late')).toBe(0)
    expect(one.server.info().backplane).toMatchObject({ published: 1 })
    expect([...one.errors, ...three.errors]).toEqual([])
  })

  it('may speak without ever listening', async () => {
    const backplane = memoryBackplane()
    const two = await startNode(backplane.node('listens'))
    const one = make<string, string>({ framing: lines(), backplane: backplane.node('speaks') })
    expect(one.broadcast('hello')).toBe(0)
    await two.peer.receives('hello\n')
  })

  it('need a node each', async () => {
    const node = memoryBackplane().node('shared')
    await serve({ backplane: node })
    const second = make({ backplane: node })
    expect(await rejection(second.listen(loopback))).toMatchObject({
      code: 'HAWSER_INVALID_OPTION',
      message:
        'backplane is the node shared, which has a server already: give every server a node of its own',
    })
    expect(second.listening).toBe(false)
  })
})

describe('a backplane', () => {
  it('is subscribed to what has members, and to what is for everybody', async () => {
    const backplane = new ScriptedBackplane()
    const { server, member, peer } = await startNode(backplane)
    const { peers, members } = await connectMembers(server, 1)
    member.join('a')
    members[0]?.join('a')
    member.join('a')
    member.leave('a')
    members[0]?.leave('a')
    member.join('b')
    peer.reset()
    await until(() => server.connections.size === 1)
    await server.close({ drain: 0 })
    resetAll(peers)
    expect(backplane.calls).toEqual([
      'open',
      'subscribe ',
      'subscribe \0',
      'subscribe a',
      'unsubscribe a',
      'subscribe b',
      'unsubscribe b',
      'close',
    ])
  })

  it('is not touched by a server that never used it', async () => {
    const backplane = new ScriptedBackplane()
    await make({ backplane }).close()
    expect(backplane.calls).toEqual([])
  })

  it('that cannot publish keeps nothing from those here, and is complained of once in a row', async () => {
    const backplane = new ScriptedBackplane()
    const { server, peer, member, errors } = await startNode(backplane)
    member.join('news')
    backplane.answer = () => {
      throw new Error('the link is down')
    }
    for (const line of ['1', '2']) expect(server.to('news').send(line)).toBe(1)
    backplane.answer = () => Promise.reject(new Error('the link is still down'))
    expect(server.broadcast('3')).toBe(1)
    await new Promise(setImmediate)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({
      name: 'BackplaneError',
      code: 'HAWSER_BACKPLANE_FAILED',
      op: 'publish',
      message:
        'the backplane failed to publish: the link is down; members on other nodes do not get it, those on this one did',
      cause: new Error('the link is down'),
    })
    backplane.answer = () => undefined
    server.broadcast('4')
    backplane.answer = () => Promise.reject(new Error('down again'))
    server.broadcast('5')
    await new Promise(setImmediate)
    expect(errors.map(({ cause }) => String(cause))).toEqual([
      'Error: the link is down',
      'Error: down again',
    ])
    await peer.receives('1\n2\n3\n4\n5\n')
    expect(server.info().backplane).toMatchObject({ published: 1, lost: 4, queued: 0 })
  })

  it('is told of nothing that cannot be carried', async () => {
    const backplane = new ScriptedBackplane()
    const { server, errors } = await startNode(backplane)
    expect(() => server.broadcast('two\nlines')).toThrow(/line feed/)
    expect(backplane.published).toEqual([])
    const other = await serve(
      {
        framing: jsonLines<unknown>(),
        backplane: new ScriptedBackplane(),
        onError: (e) => void errors.push(e),
      },
      {},
    )
    expect(other.broadcast(undefined)).toBe(0)
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(
          /publish: undefined is no text, no bytes and no JSON: pass a/,
        ) as string,
      },
    ])
    expect(other.info().backplane).toMatchObject({ published: 0, lost: 1 })
  })

  it('that could not subscribe is asked again every second while there are members', async () => {
    const clock = new VirtualClock()
    const backplane = new ScriptedBackplane()
    const { member, errors } = await startNode(backplane, { clock })
    backplane.answer = (call) =>
      call.startsWith('sub') ? Promise.reject(new Error('not now')) : undefined
    member.join('a')
    member.join('b')
    await new Promise(setImmediate)
    await clock.advance(999)
    expect(backplane.calls.slice(3)).toEqual(['subscribe a', 'subscribe b'])
    member.leave('b')
    await clock.advance(1)
    backplane.answer = () => undefined
    await clock.advance(1_000)
    await clock.advance(10_000)
    expect(backplane.calls.slice(5)).toEqual(['unsubscribe b', 'subscribe a', 'subscribe a'])
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({ code: 'HAWSER_BACKPLANE_FAILED', op: 'subscribe' })
  })

  it('that is slow keeps few small messages: each counts as the memory that it takes', async () => {
    const backplane = new ScriptedBackplane()
    const { server, member } = await startNode(backplane, { backplaneQueue: 100_000 })
    member.join('news')
    backplane.answer = () => new Promise<void>(() => {})
    for (let each = 0; each < 1_000; each += 1) server.to('news').send('x')
    expect(server.info().backplane?.lost).toBeGreaterThan(800)
  })

  it('that is slow has a bounded queue, beyond which messages are lost and counted', async () => {
    const backplane = new ScriptedBackplane()
    const { server, member, peer, errors } = await startNode(backplane, { backplaneQueue: 10_000 })
    member.join('news')
    const releases: (() => void)[] = []
    backplane.answer = () => new Promise<void>((resolve) => void releases.push(resolve))
    const text = 'x'.repeat(900)
    for (let each = 0; each < 30; each += 1) expect(server.to('news').send(text)).toBe(1)
    const { published, lost, queued } = server.info().backplane ?? {}
    expect({ published, lost }).toEqual({ published: 0, lost: 24 })
    expect(queued).toBeGreaterThan(10_000)
    expect(queued).toBeLessThan(12_000)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({
      code: 'HAWSER_BACKPLANE_FULL',
      message: expect.stringMatching(/^\d+ bytes wait .* 10000 may \(backplaneQueue\)/) as string,
    })
    for (const release of releases.splice(0)) release()
    await new Promise(setImmediate)
    expect(server.info().backplane).toMatchObject({ published: 6, lost: 24, queued: 0 })
    // It has recovered: the next time is told again.
    for (let each = 0; each < 30; each += 1) server.to('news').send(text)
    expect(errors).toHaveLength(2)
    for (const release of releases.splice(0)) release()
    await peer.receives(`${text}\n`.repeat(60))
    backplane.answer = () => undefined
  })

  it('is told of once, however often one of many messages leaves its queue', async () => {
    const backplane = new ScriptedBackplane()
    const { server, peer, errors } = await startNode(backplane, { backplaneQueue: 10_000 })
    const releases: (() => void)[] = []
    backplane.answer = () => new Promise<void>((resolve) => void releases.push(resolve))
    const text = 'x'.repeat(900)
    const fill = (): void => {
      const before = server.info().backplane?.lost ?? 0
      while (server.info().backplane?.lost === before) server.broadcast(text)
    }
    fill()
    expect(errors).toHaveLength(1)
    for (let each = 0; each < 20; each += 1) {
      releases.shift()?.()
      await new Promise(setImmediate)
      fill()
    }
    expect(server.info().backplane).toMatchObject({ published: 20, lost: 21 })
    expect(errors).toHaveLength(1)
    // Half of it is free: that is an end of it, and the next time is another one.
    for (const release of releases.splice(0, releases.length / 2 + 1)) release()
    await new Promise(setImmediate)
    fill()
    expect(errors).toHaveLength(2)
    for (const release of releases.splice(0)) release()
    backplane.answer = () => undefined
    peer.reset()
  })

  it('takes one message larger than its queue', async () => {
    const [one, two] = await Promise.all([
      startNode(memoryBackplane().node(), { backplaneQueue: 1 }),
      startNode(memoryBackplane().node()),
    ])
    expect(one.server.broadcast('a few bytes')).toBe(1)
    await new Promise(setImmediate)
    expect(one.server.info().backplane).toMatchObject({ published: 1, lost: 0 })
    expect(two.errors).toEqual([])
  })

  it.each<[string, (listener: BackplaneListener) => void, string, RegExp]>([
    [
      'nothing in it',
      (l) => l.message('', new Uint8Array(0), 'other'),
      'HAWSER_BACKPLANE_FAILED',
      /has 0 bytes, too few; a message of the node other is lost/,
    ],
    [
      'another form',
      (l) => l.message('', Uint8Array.of(9, 0, 0, 0, 0, 0, 0), 'other'),
      'HAWSER_BACKPLANE_FAILED',
      /its form is 9 and this node reads 1/,
    ],
    [
      'topics that are cut off',
      (l) => l.message('', Uint8Array.of(1, 1, 0, 0, 0, 0, 9), 'other'),
      'HAWSER_BACKPLANE_FAILED',
      /failed to receive/,
    ],
    [
      'more topics than there are bytes',
      (l) => l.message('', Uint8Array.of(1, 1, 0, 255, 255, 255, 255, 0, 0), 'other'),
      'HAWSER_BACKPLANE_FAILED',
      /failed to receive/,
    ],
    [
      'broken JSON',
      (l) => l.message('', Uint8Array.of(1, 2, 0, 0, 0, 0, 0, 123), 'other'),
      'HAWSER_BACKPLANE_FAILED',
      /JSON/,
    ],
    [
      'an unknown kind of body',
      (l) => l.message('', Uint8Array.of(1, 9, 0, 0, 0, 0, 0, 49), 'other'),
      'HAWSER_BACKPLANE_FAILED',
      /body is of the unknown kind 9/,
    ],
    [
      'what only a codec reads',
      (l) => l.message('', Uint8Array.of(1, 3, 0, 0, 0, 0, 0, 1), 'other'),
      'HAWSER_BACKPLANE_FAILED',
      /one node has a backplaneCodec/,
    ],
    [
      'what the framing cannot carry',
      (l) => l.message('', Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 10), 'other'),
      'HAWSER_MESSAGE_INVALID',
      /line feed/,
    ],
    [
      'news of its own trouble',
      (l) => l.failed(new Error('the link was lost')),
      'HAWSER_BACKPLANE_FAILED',
      /^the backplane failed: the link was lost; members on other nodes may miss/,
    ],
  ])('that brings %s is complained of, and nothing ends', async (_name, bring, code, message) => {
    const backplane = new ScriptedBackplane()
    const { server, peer, errors } = await startNode(backplane)
    bring(backplane.listener as BackplaneListener)
    expect(errors).toMatchObject([{ code, message: expect.stringMatching(message) as string }])
    server.broadcast('still here')
    await peer.receives('still here\n')
  })

  it('that brings a node what it said itself is not listened to', async () => {
    const backplane = new ScriptedBackplane()
    const { server, peer } = await startNode(backplane)
    server.broadcast('once')
    const [parcel] = backplane.published
    if (parcel === undefined) throw new Error('nothing was published')
    backplane.listener?.message(parcel.topic, parcel.message, backplane.nodeId)
    backplane.listener?.message(parcel.topic, parcel.message, 'other')
    await peer.receives('once\nonce\n')
    expect(server.info().backplane).toMatchObject({ received: 1 })
  })

  it('that does not close keeps a server from closing for a second', async () => {
    const clock = new VirtualClock()
    const backplane = new ScriptedBackplane()
    const server = await serve({ backplane, clock })
    backplane.answer = () => new Promise<never>(() => undefined)
    let closed = false
    const closing = server.close().then(() => {
      closed = true
    })
    await until(() => backplane.calls.includes('close'))
    await clock.advance(999)
    expect(closed).toBe(false)
    await clock.advance(1)
    await closing
  })

  it('that fails to close, or to open for a message, is complained of', async () => {
    const backplane = new ScriptedBackplane()
    const errors: HawserError[] = []
    const server = await serve({ backplane, onError: (error) => void errors.push(error) })
    backplane.answer = () => Promise.reject(new Error('no'))
    await server.close()
    const node = memoryBackplane().node()
    await serve({ backplane: node })
    make({ backplane: node, onError: (error) => void errors.push(error) }).broadcast('hello')
    expect(errors.map(({ message }) => message)).toEqual([
      'the backplane failed to close: no; it is left as it is',
      expect.stringMatching(
        /^the backplane failed to open: backplane is the node node-1, which has a server/,
      ),
    ])
  })

  it('has a queue of a number of bytes', () => {
    expect(() => make({ backplaneQueue: 0 })).toThrow(/backplaneQueue is 0: it takes a number/)
  })
})

const burst = fc.record({
  moves: fc.array(
    fc.record({ who: fc.nat(2), topic: fc.constantFrom('a', 'b'), joins: fc.boolean() }),
    { maxLength: 3 },
  ),
  sends: fc.array(fc.record({ from: fc.nat(2), to: fc.subarray(['a', 'b', 'c']) }), {
    maxLength: 8,
  }),
})

describe('any sequence of joining, leaving and sending on three nodes', () => {
  it('brings every member what a plain model says, in the order of each sender', async () => {
    const nodes = await startNodes(3)
    await fc.assert(
      fc.asyncProperty(fc.array(burst, { maxLength: 8 }), async (bursts) => {
        for (const { member } of nodes) for (const topic of member.topics) member.leave(topic)
        const expected = nodes.map((): string[][] => [[], [], []])
        let count = 0
        for (const { moves, sends } of bursts) {
          for (const { who, topic, joins } of moves) {
            if (joins) nodes[who]?.member.join(topic)
            else nodes[who]?.member.leave(topic)
          }
          for (const { from, to } of sends) {
            count += 1
            const line = `${from} ${count}`
            // To no topic in particular is to everybody.
            const takers = nodes.filter(
              ({ member }) => to.length === 0 || to.some((topic) => member.topics.has(topic)),
            )
            for (const taker of takers) expected[nodes.indexOf(taker)]?.[from]?.push(line)
            const { server, member } = nodes[from] as Node
            const here = takers.some((taker) => taker.member === member) ? 1 : 0
            const taken = to.length === 0 ? server.broadcast(line) : server.to(to).send(line)
            expect(taken).toBe(here)
          }
          // What is under way has arrived before anybody moves again.
          for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate)
        }
        for (const [at, { peer }] of nodes.entries()) {
          const size = (expected[at] ?? []).flat().reduce((sum, line) => sum + line.length + 1, 0)
          const got = Buffer.from(await peer.receive(size))
            .toString()
            .split('\n')
            .slice(0, -1)
          const bySender = [0, 1, 2].map((from) =>
            got.filter((line) => line.startsWith(`${from} `)),
          )
          expect(bySender).toEqual(expected[at])
          expect(peer.unread).toBe(0)
        }
      }),
      runs(60),
    )
    expect(nodes.flatMap(({ errors }) => errors)).toEqual([])
  })
})

describe('a backplane that stands still', () => {
  /** One that takes everything and confirms nothing, and what it was asked. */
  function standing(): { backplane: Backplane; subscribed: string[]; asked: string[] } {
    const subscribed: string[] = []
    const asked: string[] = []
    const never = new Promise<void>(() => undefined)
    const backplane: Backplane = {
      nodeId: 'one',
      open: () => undefined,
      publish: (topic) => {
        asked.push(topic)
        return never
      },
      subscribe: (topic) => {
        subscribed.push(topic)
        return never
      },
      unsubscribe: () => undefined,
      close: () => undefined,
    }
    return { backplane, subscribed, asked }
  }

  it('is asked for 10,000 subscriptions, and topics that are left again are not asked for later', async () => {
    const { backplane, subscribed } = standing()
    const clock = new VirtualClock()
    const { member, errors } = await startNode(backplane, { clock, maxTopics: Infinity })
    const before = subscribed.length
    for (let each = 0; each < 12_000; each += 1) {
      void member.join(`topic ${each}`)
      member.leave(`topic ${each}`)
    }
    expect(subscribed.length).toBeLessThanOrEqual(10_000)
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /failed to subscribe: 10000 subscriptions wait for the backplane already/,
      ),
    ])
    const asked = subscribed.length
    await clock.advance(5_000)
    expect(subscribed.length).toBe(asked)
    expect(before).toBeLessThan(asked)
  })

  it('refuses to count members once backplaneQueue is full', async () => {
    const { backplane, asked } = standing()
    backplane.subscribe = () => undefined
    const { server } = await startNode(backplane, { backplaneQueue: 10_000 })
    const counts = Array.from({ length: 100 }, () =>
      server
        .to('news')
        .count()
        .catch((error: unknown) => error),
    )
    const codes = await Promise.all(counts.slice(50))
    expect(codes).toHaveLength(50)
    expect(new Set(codes.map((error) => (error as HawserError).code))).toEqual(
      new Set(['HAWSER_BACKPLANE_FULL']),
    )
    expect(asked.length).toBeLessThan(20)
  })
})
