import { type Connection, lines } from 'hawser'
import type { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { connectMembers, countingLines, resetAll } from './support/members.js'
import { readWays, serve } from './support/serving.js'

forbidStrayErrors()

describe.each(readWays)('a broadcast, %s', (_name, fastRead) => {
  it('reaches everybody, and is encoded once', async () => {
    const { framing, count } = countingLines()
    const server = await serve({ fastRead, framing }, {})
    const { peers, members } = await connectMembers(server, 4)
    expect(server.broadcast('hello')).toBe(4)
    expect(server.broadcast('again')).toBe(4)
    for (const peer of peers) await peer.receives('hello\nagain\n')
    expect(count()).toBe(2)
    expect(members[0]).toMatchObject({ messagesWritten: 2, bytesWritten: 12 })
    resetAll(peers)
  })
})

describe('a broadcast', () => {
  it('to nobody is taken by nobody, and encoded for nobody', async () => {
    const { framing, count } = countingLines()
    const server = await serve({ framing }, {})
    expect(server.broadcast('hello')).toBe(0)
    expect(count()).toBe(0)
  })

  it('leaves out one, several, and those a filter leaves out', async () => {
    const server = await serve({ framing: lines() }, {})
    const { peers, members } = await connectMembers(server, 3)
    type Member = Connection<string, string>
    const [one, two, three] = members as [Member, Member, Member]
    expect(server.broadcast('not first', { except: one })).toBe(2)
    expect(server.broadcast('third', { except: [one, two] })).toBe(1)
    expect(server.broadcast('third again', { except: new Set([one, two]) })).toBe(1)
    expect(server.broadcast('second', { filter: ({ id }) => id === two.id })).toBe(1)
    const both = { except: one, filter: ({ id }: { id: number }) => id !== three.id }
    expect(server.broadcast('second again', both)).toBe(1)
    expect(server.broadcast('end')).toBe(3)
    await peers[0]?.receives('end\n')
    await peers[1]?.receives('not first\nsecond\nsecond again\nend\n')
    await peers[2]?.receives('not first\nthird\nthird again\nend\n')
    resetAll(peers)
  })

  it('is what it was when it was sent, whatever becomes of the bytes', async () => {
    for (const bytes of [Buffer.alloc(20_000, 'a'), new Uint8Array(20_000).fill(97)]) {
      const server = await serve({}, {})
      const { peers } = await connectMembers(server, 2)
      server.broadcast(bytes)
      bytes.fill(98)
      for (const peer of peers) await peer.receives('a'.repeat(20_000))
      resetAll(peers)
    }
  })

  it('keeps its place among what is sent to one', async () => {
    const server = await serve({ framing: lines() }, {})
    const { peers, members } = await connectMembers(server, 2)
    void members[0]?.send('before')
    server.broadcast('everybody')
    void members[0]?.send('after')
    await peers[0]?.receives('before\neverybody\nafter\n')
    await peers[1]?.receives('everybody\n')
    resetAll(peers)
  })

  it('is encoded for each where encoders remember', async () => {
    const { framing, count } = countingLines({ perConnection: true })
    const server = await serve({ framing }, {})
    const { peers, members } = await connectMembers(server, 2)
    void members[1]?.send('alone')
    expect(server.broadcast('hello')).toBe(2)
    await peers[0]?.receives('1 hello\n')
    await peers[1]?.receives('1 alone\n2 hello\n')
    expect(count()).toBe(3)
    resetAll(peers)
  })

  it('is encoded once for each framing that connections were switched to', async () => {
    const first = countingLines()
    const second = countingLines({ prefix: '> ' })
    const server = await serve({ framing: first.framing }, {})
    const { peers, members } = await connectMembers(server, 5)
    for (const member of members.slice(2)) member.switchFraming(second.framing)
    expect(server.broadcast('hello')).toBe(5)
    for (const peer of peers.slice(0, 2)) await peer.receives('hello\n')
    for (const peer of peers.slice(2)) await peer.receives('> hello\n')
    expect(first.count()).toBe(1)
    expect(second.count()).toBe(1)
    resetAll(peers)
  })

  it('that the framing cannot carry throws, and nobody gets a part of it', async () => {
    const server = await serve({ framing: lines() }, {})
    const { peers } = await connectMembers(server, 2)
    expect(() => server.broadcast('two\nlines')).toThrow(
      expect.objectContaining({ code: 'HAWSER_MESSAGE_INVALID' }),
    )
    expect(server.broadcast('one line')).toBe(2)
    for (const peer of peers) await peer.receives('one line\n')
    resetAll(peers)
  })

  it('ends one whose outbox is full, and reaches the others', async () => {
    const server = await serve({ framing: lines(), outbox: 1_000_000, highWaterMark: 1_000 }, {})
    const { peers, members } = await connectMembers(server, 2)
    const [slow, quick] = peers as [ScriptedPeer, ScriptedPeer]
    slow.stopReading()
    const big = 'x'.repeat(200_000)
    let rounds = 0
    for (let taken = 2; taken === 2; rounds += 1) {
      taken = server.broadcast(big)
      await quick.receives(`${big}\n`)
      expect(rounds).toBeLessThan(100)
    }
    expect(server.broadcast('small')).toBe(1)
    await quick.receives('small\n')
    expect(await members[0]?.closed).toMatchObject({ by: 'error', reason: 'outbox-full' })
    expect(members[1]?.phase).toBe('open')
    resetAll(peers)
  })

  it('passes over those who have ended, and goes on when one is closed in its middle', async () => {
    const server = await serve({ framing: lines() }, {})
    const { peers, members } = await connectMembers(server, 4)
    void members[0]?.end()
    const filter = (connection: Connection<string, string>): boolean => {
      if (connection === members[1]) members[2]?.reset()
      return true
    }
    expect(server.broadcast('hello', { filter })).toBe(2)
    await peers[0]?.receivesEnd()
    await peers[1]?.receives('hello\n')
    await peers[2]?.receivesReset()
    await peers[3]?.receives('hello\n')
    resetAll(peers)
  })
})
