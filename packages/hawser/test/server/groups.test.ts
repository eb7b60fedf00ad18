import fc from 'fast-check'
import { connect, type Connection, jsonLines, lines, type Server } from 'hawser'
import type { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { usedMemory } from '../../../../test/support/memory.js'
import { connectMembers, countingLines, resetAll } from './support/members.js'
import { loopback, make, portOf, readWays, serve } from './support/serving.js'
import { runs } from '../../../../test/support/property-runs.js'

forbidStrayErrors()

type Member = Connection<string, string>
type Three = [Member, Member, Member]

describe.each(readWays)('a message to a topic, %s', (_name, fastRead) => {
  it('reaches its members, and is encoded once', async () => {
    const { framing, count } = countingLines()
    const server = await serve({ fastRead, framing }, {})
    const { peers, members } = await connectMembers(server, 4)
    for (const member of members.slice(1)) expect(member.join('news')).toBe(true)
    expect(server.to('news').send('hello')).toBe(3)
    expect(server.broadcast('end')).toBe(4)
    await peers[0]?.receives('end\n')
    for (const peer of peers.slice(1)) await peer.receives('hello\nend\n')
    expect(count()).toBe(2)
    expect(members[1]).toMatchObject({ messagesWritten: 2, bytesWritten: 10 })
    resetAll(peers)
  })
})

describe('a message to topics', () => {
  it('without members is taken by nobody, and encoded for nobody', async () => {
    const { framing, count } = countingLines()
    const server = await serve({ framing }, {})
    expect(server.to('news').send('hello')).toBe(0)
    expect(server.to(['news', 'sport']).send('hello')).toBe(0)
    expect(server.to([]).send('hello')).toBe(0)
    expect(count()).toBe(0)
  })

  it('reaches who is in several of them once', async () => {
    const { framing, count } = countingLines()
    const server = await serve({ framing }, {})
    const { peers, members } = await connectMembers(server, 3)
    const [one, two, three] = members as Three
    one.join('a')
    two.join('a')
    two.join('b')
    three.join('b')
    const group = server.to(['a', 'b', 'a', 'c'])
    expect(group.size).toBe(3)
    expect([...group].map(({ id }) => id)).toEqual([one.id, two.id, three.id])
    expect(group.send('hello')).toBe(3)
    server.broadcast('end')
    for (const peer of peers) await peer.receives('hello\nend\n')
    expect(count()).toBe(2)
    resetAll(peers)
  })

  it('leaves out one, several, and those a filter leaves out', async () => {
    const server = await serve({ framing: lines() }, {})
    const { peers, members } = await connectMembers(server, 3)
    const [one, two, three] = members as Three
    for (const member of members) member.join('news')
    const news = server.to('news')
    expect(news.send('not first', { except: one })).toBe(2)
    expect(news.send('third', { except: new Set([one, two]) })).toBe(1)
    const both = { except: one, filter: ({ id }: Member) => id !== three.id }
    expect(news.send('second', both)).toBe(1)
    server.broadcast('end')
    await peers[0]?.receives('end\n')
    await peers[1]?.receives('not first\nsecond\nend\n')
    await peers[2]?.receives('not first\nthird\nend\n')
    resetAll(peers)
  })

  it('is encoded once for each framing, also for those switched between two messages', async () => {
    const first = countingLines()
    const second = countingLines({ prefix: '> ' })
    const server = await serve({ framing: first.framing }, {})
    const { peers, members } = await connectMembers(server, 4)
    for (const member of members) member.join('news')
    const news = server.to('news')
    expect(news.send('one')).toBe(4)
    for (const member of members.slice(2)) member.switchFraming(second.framing)
    expect(news.send('two')).toBe(4)
    for (const peer of peers.slice(0, 2)) await peer.receives('one\ntwo\n')
    for (const peer of peers.slice(2)) await peer.receives('one\n> two\n')
    expect(first.count()).toBe(2)
    expect(second.count()).toBe(1)
    resetAll(peers)
  })

  it('is encoded for each where encoders remember', async () => {
    const { framing, count } = countingLines({ perConnection: true })
    const server = await serve({ framing }, {})
    const { peers, members } = await connectMembers(server, 2)
    for (const member of members) member.join('news')
    void members[1]?.send('alone')
    expect(server.to('news').send('hello')).toBe(2)
    await peers[0]?.receives('1 hello\n')
    await peers[1]?.receives('1 alone\n2 hello\n')
    expect(count()).toBe(3)
    resetAll(peers)
  })

  it('waits for the end of the turn, with everything else that is sent there', async () => {
    const server = await serve({ framing: lines() }, {})
    const { peers, members } = await connectMembers(server, 1)
    const [member] = members as [Member]
    member.join('a')
    member.join('b')
    server.to('a').send('1')
    void member.send('2')
    server.to(['a', 'b']).send('3')
    server.broadcast('4')
    // Nothing was written yet; a turn later all of it is, and was so at once.
    expect(member.unsent).toBe(8)
    await new Promise(setImmediate)
    expect(member.unsent).toBe(0)
    await peers[0]?.receives('1\n2\n3\n4\n')
    resetAll(peers)
  })

  it('that the framing cannot carry throws, and nobody gets a part of it', async () => {
    const server = await serve({ framing: lines() }, {})
    const { peers, members } = await connectMembers(server, 2)
    for (const member of members) member.join('news')
    expect(() => server.to('news').send('two\nlines')).toThrow(
      expect.objectContaining({ code: 'HAWSER_MESSAGE_INVALID' }),
    )
    expect(server.to('news').send('one line')).toBe(2)
    for (const peer of peers) await peer.receives('one line\n')
    resetAll(peers)
  })

  it('with an unknown overflow is refused', async () => {
    const server = await serve({ framing: lines() }, {})
    expect(() => server.to('news').send('hello', { overflow: 'drop' as 'skip' })).toThrow(
      expect.objectContaining({ code: 'HAWSER_INVALID_OPTION' }),
    )
  })
})

describe('a member that reads too slowly', () => {
  const big = 'x'.repeat(200_000)

  /** Send until the slow one's outbox is above its high-water mark; the quick one gets it all. */
  async function stall(
    server: Server<string, string>,
    slow: ScriptedPeer,
    quick: ScriptedPeer,
  ): Promise<number> {
    const [member] = server.to('prices') as Iterable<Member> as [Member]
    slow.stopReading()
    let sent = 0
    while (member.canSend) {
      expect(server.to('prices').send(big, { overflow: 'skip' })).toBe(2)
      await quick.receives(`${big}\n`)
      sent += 1
      expect(sent).toBeLessThan(100)
    }
    return sent
  }

  it('is skipped if that is wanted, and gets what comes once it has caught up', async () => {
    const server = await serve({ framing: lines(), highWaterMark: 1_000 }, {})
    const { peers, members } = await connectMembers(server, 2)
    const [slow, quick] = peers as [ScriptedPeer, ScriptedPeer]
    for (const member of members) member.join('prices')
    const sent = await stall(server, slow, quick)
    const waiting = members[0]?.unsent
    for (let each = 0; each < 50; each += 1) {
      expect(server.to('prices').send(big, { overflow: 'skip' })).toBe(1)
      await quick.receives(`${big}\n`)
    }
    expect(members[0]?.unsent).toBe(waiting)
    expect(server.info().skipped).toBe(50)
    slow.startReading()
    await until(() => members[0]?.unsent === 0)
    expect(server.to('prices').send('now', { overflow: 'skip' })).toBe(2)
    await slow.receives(`${`${big}\n`.repeat(sent)}now\n`)
    await quick.receives('now\n')
    expect(server.info().skipped).toBe(50)
    resetAll(peers)
  })

  it('is one above its mark, not one to whom much was sent in one turn', async () => {
    const server = await serve({ framing: lines(), highWaterMark: 1_000 }, {})
    const { peers, members } = await connectMembers(server, 1)
    const [member] = members as [Member]
    member.join('prices')
    const text = 'x'.repeat(90_000)
    let taken = 0
    // How much of it the operating system takes at once is its own affair.
    for (let each = 0; each < 15; each += 1) {
      const hasRoom = member.unsent <= 1_000
      expect(server.to('prices').send(text, { overflow: 'skip' })).toBe(hasRoom ? 1 : 0)
      if (hasRoom) taken += 1
    }
    expect(taken).toBeGreaterThan(0)
    await peers[0]?.receives(`${text}\n`.repeat(taken))
    expect(server.info().skipped).toBe(15 - taken)
    resetAll(peers)
  })

  it('is reset at its outbox limit otherwise, and the others get everything', async () => {
    const server = await serve({ framing: lines(), outbox: 1_000_000, highWaterMark: 1_000 }, {})
    const { peers, members } = await connectMembers(server, 2)
    const [slow, quick] = peers as [ScriptedPeer, ScriptedPeer]
    for (const member of members) member.join('prices')
    await stall(server, slow, quick)
    for (let taken = 2, rounds = 0; taken === 2; rounds += 1) {
      taken = server.to('prices').send(big)
      await quick.receives(`${big}\n`)
      expect(rounds).toBeLessThan(20)
    }
    expect(await members[0]?.closed).toMatchObject({ by: 'error', reason: 'outbox-full' })
    expect(server.to('prices').size).toBe(1)
    expect(server.to('prices').send('small')).toBe(1)
    await quick.receives('small\n')
    resetAll(peers)
  })
})

describe('membership', () => {
  it('is joined and left once, and is seen on both sides', async () => {
    const server = await serve({ framing: lines() }, {})
    const { peers, members } = await connectMembers(server, 1)
    const [member] = members as [Member]
    const { topics } = member
    expect(topics.size).toBe(0)
    expect([...topics]).toEqual([])
    expect(member.join('a')).toBe(true)
    expect(member.join('a')).toBe(true)
    expect(member.join('b')).toBe(true)
    expect(topics.size).toBe(2)
    expect([...member.topics]).toEqual(['a', 'b'])
    expect(topics.has('a')).toBe(true)
    expect(server.info().topics).toBe(2)
    expect(server.to('a').size).toBe(1)
    expect(member.leave('a')).toBe(true)
    expect(member.leave('a')).toBe(false)
    expect(member.leave('never')).toBe(false)
    expect([...topics]).toEqual(['b'])
    expect(server.info().topics).toBe(1)
    expect(server.to('a').send('hello')).toBe(0)
    resetAll(peers)
  })

  it('may be given up by a handler in the middle of a message to it', async () => {
    const server = await serve<string, string>(
      { framing: lines() },
      {
        open: (connection) => void connection.join('room'),
        message(connection, line) {
          if (line === 'leave') connection.leave('room')
          server.to('room').send(line)
        },
      },
    )
    const { peers } = await connectMembers(server, 2)
    const [one, two] = peers as [ScriptedPeer, ScriptedPeer]
    await one.send('hello\nleave\nagain\n')
    await two.receives('hello\nleave\nagain\n')
    await two.send('bye\n')
    await two.receives('bye\n')
    await one.receives('hello\n')
    expect(one.unread).toBe(0)
    resetAll(peers)
  })

  it('ends with the connection, whose topics can still be read', async () => {
    const left: string[][] = []
    const server = await serve<string, string>(
      { framing: lines() },
      {
        open: (connection) => void connection.join('room'),
        close(connection) {
          left.push([...connection.topics])
          expect(connection.join('another')).toBe(false)
          expect(connection.leave('room')).toBe(false)
          server.to(left.flat()).send('somebody has left')
        },
      },
    )
    const { peers } = await connectMembers(server, 2)
    const [one, two] = peers as [ScriptedPeer, ScriptedPeer]
    one.reset()
    await two.receives('somebody has left\n')
    expect(left).toEqual([['room']])
    expect(server.to('room').size).toBe(1)
    expect(server.to('another').size).toBe(0)
    resetAll(peers)
  })

  it('of ten thousand that came and went leaves nothing behind', async () => {
    const server = await serve({ framing: lines() }, {})
    let joined = 0
    for (let round = 0; round < 20; round += 1) {
      const { peers, members } = await connectMembers(server, 20)
      for (const [index, member] of members.entries()) {
        for (let topic = 0; topic < 25; topic += 1) {
          joined += 1
          // Some of its own, some shared.
          member.join(topic % 2 === 0 ? `room ${topic}` : `${member.id} ${topic}`)
        }
        if (index % 3 === 0) member.leave('room 2')
      }
      expect(server.info().topics).toBe(13 + 20 * 12)
      for (const [index, peer] of peers.entries()) {
        if (index % 2 === 0) peer.reset()
        else members[index]?.reset()
      }
      await until(() => server.connections.size === 0)
      expect(server.info().topics).toBe(0)
      resetAll(peers)
    }
    expect(joined).toBe(10_000)
  })

  it('counts nobody who is ending, and goes on when one is closed in the middle of a message', async () => {
    const server = await serve({ framing: lines() }, {})
    const { peers, members } = await connectMembers(server, 4)
    for (const member of members) member.join('room')
    void members[0]?.end()
    const filter = (connection: Member): boolean => {
      if (connection === members[1]) members[2]?.reset()
      return true
    }
    expect(server.to('room').send('hello', { filter })).toBe(2)
    await peers[0]?.receivesEnd()
    await peers[1]?.receives('hello\n')
    await peers[2]?.receivesReset()
    await peers[3]?.receives('hello\n')
    resetAll(peers)
  })

  it('may begin while the server drains', async () => {
    let finish!: () => void
    const work = new Promise<void>((resolve) => {
      finish = resolve
    })
    const server = await serve<string, string>({ framing: lines() }, () => work)
    const { peers, members } = await connectMembers(server, 1)
    const closing = server.close({ drain: Infinity })
    expect(members[0]?.phase).toBe('draining')
    expect(members[0]?.join('late')).toBe(true)
    expect(server.to('late').send('goodbye')).toBe(1)
    await peers[0]?.receives('goodbye\n')
    finish()
    await peers[0]?.receivesEnd()
    peers[0]?.end()
    expect(await closing).toEqual({ drained: 1, forced: 0 })
    expect(server.info().topics).toBe(0)
  })
})

describe('what may be joined', () => {
  it.each<[string, string]>([
    ['one byte', 'a'],
    ['256 bytes', 'a'.repeat(256)],
    ['256 bytes of UTF-8', 'é'.repeat(128)],
    ['any text', 'a topic.with/*marks* and\n👍'],
  ])('is a topic of %s', async (_name, topic) => {
    const server = await serve({ framing: lines() }, {})
    const { peers, members } = await connectMembers(server, 1)
    members[0]?.join(topic)
    expect(server.to(topic).send('hello')).toBe(1)
    await peers[0]?.receives('hello\n')
    resetAll(peers)
  })

  it.each<[string, unknown, RegExp]>([
    ['nothing', '', /^the topic is empty: it takes text of 1 to 256 bytes/],
    ['257 bytes', 'a'.repeat(257), /"a+"… has 257 bytes/],
    ['257 bytes of UTF-8', `a${'é'.repeat(128)}`, /has 257 bytes/],
    ['half a character', 'a\ud83d', /"a\\ud83d" has half a surrogate pair/],
    ['a number', 7, /is a number/],
    ['null', null, /is a null/],
  ])('is no topic of %s', async (_name, topic, message) => {
    const server = await serve({ framing: lines() }, {})
    const { peers, members } = await connectMembers(server, 1)
    const wrong = expect.objectContaining({
      code: 'HAWSER_INVALID_TOPIC',
      message: expect.stringMatching(message) as string,
    })
    expect(() => members[0]?.join(topic as string)).toThrow(wrong)
    expect(() => server.to(['a', topic as string])).toThrow(wrong)
    expect(server.info().topics).toBe(0)
    resetAll(peers)
  })

  it('is no more than maxTopics at a time', async () => {
    const server = await serve({ framing: lines(), maxTopics: 2 }, {})
    const { peers, members } = await connectMembers(server, 1)
    const [member] = members as [Member]
    member.join('a')
    member.join('b')
    expect(() => member.join('c')).toThrow(
      expect.objectContaining({ code: 'HAWSER_TOO_MANY_TOPICS' }),
    )
    expect(member.join('a')).toBe(true)
    member.leave('a')
    expect(member.join('c')).toBe(true)
    expect(server.info().topics).toBe(2)
    resetAll(peers)
  })

  it('is 100 topics when nobody says otherwise', async () => {
    const server = await serve({ framing: lines() }, {})
    const { peers, members } = await connectMembers(server, 1)
    const [member] = members as [Member]
    for (let each = 0; each < 100; each += 1) member.join(`topic ${each}`)
    expect(() => member.join('one more')).toThrow(/is in 100 topics and may be in no more/)
    resetAll(peers)
  })

  it('is nothing on a connection that connect made', async () => {
    const server = await serve({ framing: lines() }, {})
    await using client = await connect({ ...loopback, port: portOf(server) })
    const wrong = expect.objectContaining({ code: 'HAWSER_NO_GROUPS' })
    expect(() => client.join('news')).toThrow(wrong)
    expect(() => client.leave('news')).toThrow(wrong)
    expect([...client.topics]).toEqual([])
    expect(client.topics).toMatchObject({ size: 0 })
    expect(client.topics.has('news')).toBe(false)
  })

  it('says what cannot be a limit', () => {
    expect(() => make({ maxTopics: -1 })).toThrow(/maxTopics is -1: it takes a number of topics/)
  })
})

const topicNames = ['a', 'b', 'c']
const members = 4
const someTopics = fc.subarray(topicNames, { minLength: 1 })
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('join' as const),
      who: fc.nat(members - 1),
      topic: fc.constantFrom(...topicNames),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('leave' as const),
      who: fc.nat(members - 1),
      topic: fc.constantFrom(...topicNames),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant('send' as const),
      to: someTopics,
      except: fc.option(fc.nat(members - 1)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('close' as const), who: fc.nat(members - 1) }),
  },
)

describe('any sequence of joining, leaving, sending and closing', () => {
  it('brings every member exactly what a plain model of it says', async () => {
    const server = await serve({ framing: jsonLines<number>() }, {})
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { peers, members: ends } = await connectMembers(server, members)
        const model = ends.map(() => ({ topics: new Set<string>(), got: '', open: true }))
        for (const [index, each] of steps.entries()) {
          if (each.does === 'send') {
            const except = each.except === null ? undefined : ends[each.except]
            const takers = model.filter(
              ({ topics, open }, at) =>
                open && ends[at] !== except && each.to.some((topic) => topics.has(topic)),
            )
            for (const taker of takers) taker.got += `${index}\n`
            expect(server.to(each.to).send(index, { except })).toBe(takers.length)
            continue
          }
          const known = model[each.who]
          const end = ends[each.who]
          if (known === undefined || end === undefined) continue
          if (each.does === 'join') {
            expect(end.join(each.topic)).toBe(known.open)
            if (known.open) known.topics.add(each.topic)
          } else if (each.does === 'leave') {
            expect(end.leave(each.topic)).toBe(known.open && known.topics.delete(each.topic))
          } else if (known.open) {
            // In order, so that what was sent before arrives.
            known.open = false
            peers[each.who]?.end()
            void end.close()
            await end.closed
          }
          expect([...end.topics].toSorted()).toEqual([...known.topics].toSorted())
        }
        const wanted = new Set(model.flatMap(({ topics, open }) => (open ? [...topics] : [])))
        expect(server.info().topics).toBe(wanted.size)
        server.broadcast(-1)
        for (const [at, { got, open }] of model.entries()) {
          await peers[at]?.receives(open ? `${got}-1\n` : got)
        }
        resetAll(peers)
        await until(() => server.connections.size === 0)
        expect(server.info().topics).toBe(0)
      }),
      runs(60),
    )
  })
})

it('a topic that was cut out of a message does not keep the message', async () => {
  const mebibyte = 1024 * 1024
  const server = await serve(
    { framing: lines({ maxFrame: mebibyte }) },
    {
      message: (connection, text) => void connection.join(text.slice(0, 32)),
    },
  )
  const joined = await connectMembers(server, 1)
  const [peer, member] = [joined.peers[0] as ScriptedPeer, joined.members[0] as Member]
  const before = await usedMemory()
  const rest = '.'.repeat(mebibyte - 64)
  for (let each = 0; each < 32; each += 1) {
    await peer.send(`topic number ${each} of a large message${rest}\n`)
  }
  await until(() => member.topics.size === 32)
  expect((await usedMemory()) - before).toBeLessThan(8 * mebibyte)
  resetAll(joined.peers)
})
