import { buffer, text } from 'node:stream/consumers'
import {
  type AddressInfo,
  connect,
  type Connection,
  duplexFraming,
  framing,
  type HawserError,
  lines,
  raw,
  silence,
} from 'hawser'
import { connectPair, VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { make, nextConnection, serve } from '../server/support/serving.js'
import { identities, siteTls } from '../tls/support/identities.js'
import { attach, type AttachOptions } from './support/attach.js'
import { collect, defer, turns } from './support/turns.js'

/** Puts what comes behind `put N` into the list, and every other line as it is. */
async function takePuts(connection: Connection<string, string>, taken: string[]): Promise<void> {
  for await (const line of connection) {
    const [, size] = /^put (\d+)$/.exec(line) ?? []
    taken.push(size === undefined ? line : `<${await text(connection.takeBytes(Number(size)))}>`)
  }
}

/** A connection whose handler object does the same. */
function handled(options: AttachOptions<string, string> = {}): {
  taken: string[]
  attached: ReturnType<typeof attach<string, string>>
} {
  const taken: string[] = []
  const attached = attach<string, string>({
    ...options,
    handler: {
      async message(connection, line) {
        const [, size] = /^put (\d+)$/.exec(line) ?? []
        if (size === undefined) taken.push(line)
        else taken.push(`<${await text(connection.takeBytes(Number(size)))}>`)
      },
    },
  })
  return { taken, attached }
}

const stream = 'hello\nput 7\nput 1\n\nthere\nput 0\nput 3\na\nbend\n'
const expected = ['hello', '<put 1\n\n>', 'there', '<>', '<a\nb>', 'end']

describe('a body behind a line that says its size', () => {
  it.each([...Array(stream.length).keys()])(
    'is taken by a loop and by a handler object, cut at byte %i',
    async (cut) => {
      const looped: string[] = []
      const loop = attach<string, string>({ run: (connection) => takePuts(connection, looped) })
      const { taken, attached } = handled()
      for (const { peer } of [loop, attached]) {
        await peer.send(stream.slice(0, cut))
        await turns(3)
        await peer.send(stream.slice(cut))
        peer.end()
      }
      await Promise.all([loop.connection.closed, attached.connection.closed])
      expect(looped).toEqual(expected)
      expect(taken).toEqual(expected)
    },
  )

  it('is taken byte by byte', async () => {
    const { taken, attached } = handled({ line: { chunkSize: 1 } })
    await attached.peer.send(stream)
    attached.peer.end()
    await attached.connection.closed
    expect(taken).toEqual(expected)
    expect(attached.connection.bytesRead).toBe(stream.length)
    expect(attached.connection.messagesRead).toBe(6)
  })

  it('may hold what the framing would refuse, or what is larger than the inbox', async () => {
    const { taken, attached } = handled({
      framing: lines({ maxFrame: 16, invalid: 'reject' }),
      inbox: 64,
    })
    const body = 'x'.repeat(10_000)
    await attached.peer.send(`put ${body.length}\n${body}put 2\n`)
    await attached.peer.send(Uint8Array.of(0xff, 0xfe))
    await attached.peer.send('end\n')
    attached.peer.end()
    expect((await attached.connection.closed).reason).toBe('ended')
    expect(taken).toEqual([`<${body}>`, '<\ufffd\ufffd>', 'end'])
  })

  it('may hold what fails when it is decoded ahead, in a loop as well', async () => {
    const looped: string[] = []
    const { peer, connection } = attach<string, string>({
      framing: lines({ maxFrame: 16, crlf: 'require' }),
      run: (own) => takePuts(own, looped),
    })
    const body = `${'x'.repeat(100)}\n`
    await peer.send(`one\r\nput 101\r\n${body}two\r\n`)
    peer.end()
    expect((await connection.closed).reason).toBe('ended')
    expect(looped).toEqual(['one', `<${body}>`, 'two'])
  })

  it('is taken behind receive, also ahead of a handler object', async () => {
    const later: string[] = []
    const { peer, connection } = attach<string, string>({
      handler: { message: (_, line) => void later.push(line) },
    })
    const header = connection.receive()
    await peer.send('5\nhelloput\nthe rest\n')
    expect(await header).toBe('5')
    expect(await text(connection.takeBytes(5))).toBe('hello')
    await turns()
    expect(later).toEqual(['put', 'the rest'])
    connection.reset()
  })

  it('is taken where no consumer is, and a loop goes on behind it', async () => {
    const { peer, connection } = attach<string, string>()
    await peer.send('3\nabcnext\n')
    for await (const line of connection) {
      expect(line).toBe('3')
      break
    }
    expect(await text(connection.takeBytes(3))).toBe('abc')
    peer.end()
    expect(await collect(connection)).toEqual(['next'])
  })

  it('may be followed by another one', async () => {
    const { peer, connection } = attach<string, string>()
    await peer.send('x\n12345678next\n')
    for await (const _ of connection) {
      expect(await text(connection.takeBytes(4))).toBe('1234')
      expect(await text(connection.takeBytes(3))).toBe('567')
      expect(await text(connection.takeBytes(1))).toBe('8')
      break
    }
    expect(await connection.receive()).toBe('next')
    connection.reset()
  })

  it('goes on while the handler does not wait for it, and the next message waits', async () => {
    const events: string[] = []
    const { peer, connection } = attach<string, string>({
      handler: {
        message(own, line) {
          events.push(line)
          if (line !== 'body') return
          void text(own.takeBytes(6)).then((body) => events.push(body))
        },
      },
    })
    await peer.send('body\nabc')
    await turns()
    expect(events).toEqual(['body'])
    await peer.send('defnext\n')
    await turns()
    expect(events.toSorted()).toEqual(['abcdef', 'body', 'next'])
    connection.reset()
  })

  it('leaves the switch of the framing to what is behind it', async () => {
    const { peer, connection } = attach<string, string>()
    await peer.send('x\nab\ncdef')
    expect(await connection.receive()).toBe('x')
    const body = connection.takeBytes(5)
    const bytes = connection.switchFraming(raw())
    expect(await text(body)).toBe('ab\ncd')
    for await (const chunk of bytes) {
      expect(Buffer.from(chunk).toString()).toBe('ef')
      break
    }
    connection.reset()
  })

  it('works at the end of a client, and over TLS', async () => {
    const server = make({ framing: lines(), tls: await siteTls() }, async (connection) => {
      for await (const line of connection) {
        const body = await buffer(connection.takeBytes(Number(line)))
        await connection.send(String(body.length))
        await connection.send(body.toString('latin1').slice(0, 3))
      }
    })
    await server.listen('tls://127.0.0.1:0')
    const { port } = server.address() as AddressInfo
    const client = await connect(`tls://127.0.0.1:${port}`, {
      framing: duplexFraming({ receive: lines(), send: raw() }),
      tls: { ca: (await identities).ca },
    })
    await client.send('300000\n')
    await client.send(Buffer.alloc(300_000, 'abc'))
    expect(await client.receive()).toBe('300000')
    expect(await text(client.takeBytes(2))).toBe('ab')
    expect(await client.receive()).toBe('c')
    await client.close()
  })
})

describe('a reader of a body that is slow', () => {
  it('slows the peer down, and holds no more than the inbox', async () => {
    const { peer, connection, transport } = attach<string, string>({
      framing: lines({ maxFrame: 64 }),
      inbox: 1_000,
      line: { chunkSize: 500, capacity: 500 },
    })
    const body = 'y'.repeat(100_000)
    void peer.send(`100000\n${body}`).catch(() => undefined)
    expect(await connection.receive()).toBe('100000')
    const taken = connection.takeBytes(100_000)
    await turns(20)
    expect(transport.paused).toBe(true)
    expect(connection.bytesRead).toBeLessThanOrEqual(2_000)
    let [most, all] = [0, 0]
    for await (const chunk of taken) {
      most = Math.max(most, chunk.length)
      all += chunk.length
      await turns(1)
    }
    expect(all).toBe(100_000)
    expect(most).toBeLessThanOrEqual(2_000)
    connection.reset()
  })

  it('over TCP keeps its chunks as they were, whatever is read behind them', async () => {
    const size = 4 * 1024 * 1024
    const server = await serve({ framing: lines() })
    const accepted = nextConnection(server)
    const client = await connect(server.address(), { framing: raw() })
    await client.send(`${size}\n`)
    const body = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
    for (let sent = 0; sent < size; sent += 256) void client.send(body)
    const connection = await accepted
    expect(await connection.receive()).toBe(String(size))
    const chunks = await collect(connection.takeBytes(size))
    await client.send('next\n')
    expect(await connection.receive()).toBe('next')
    const all = Buffer.concat(chunks)
    expect(all.length).toBe(size)
    expect(all.every((byte, index) => byte === index % 256)).toBe(true)
    client.reset()
  })

  it('stands still while the connection is paused', async () => {
    const { peer, connection } = attach<string, string>()
    await peer.send('4\nab')
    await connection.receive()
    const chunks: string[] = []
    const taking = (async () => {
      for await (const chunk of connection.takeBytes(4)) chunks.push(Buffer.from(chunk).toString())
    })()
    await turns()
    connection.pause()
    await peer.send('cd')
    await turns()
    expect(chunks).toEqual(['ab'])
    connection.resume()
    await taking
    expect(chunks).toEqual(['ab', 'cd'])
    connection.reset()
  })
})

describe('a body that is left', () => {
  it('by a break or an exception is dropped as it arrives, and the next message is right', async () => {
    const { peer, connection } = attach<string, string>()
    await peer.send('8\nabc')
    await connection.receive()
    for await (const _ of connection.takeBytes(8)) break
    await peer.send('de')
    await turns()
    const next = connection.receive()
    await peer.send('\n\n\nnext\n')
    expect(await next).toBe('next')
    await peer.send('8\n12345678last\n')
    await connection.receive()
    const failing = (async () => {
      for await (const _ of connection.takeBytes(8)) throw new Error('the disk is full')
    })()
    await expect(failing).rejects.toThrow('the disk is full')
    expect(await connection.receive()).toBe('last')
    connection.reset()
  })

  it('before it was begun, or while it is waited for, is dropped too', async () => {
    const { peer, connection } = attach<string, string>()
    await peer.send('8\n1234')
    await connection.receive()
    const body = connection.takeBytes(8)
    await body.return?.()
    await peer.send('5678x\n')
    expect(await connection.receive()).toBe('x')
    const second = connection.takeBytes(3)
    const asked = second.next()
    await second.return?.()
    expect(await asked).toEqual({ done: true, value: undefined })
    expect(await second.next()).toEqual({ done: true, value: undefined })
    await peer.send('abcy\n')
    expect(await connection.receive()).toBe('y')
    connection.reset()
  })

  it('takes no memory, however large it is', async () => {
    const { peer, connection } = attach<string, string>({ inbox: 1024 * 1024 })
    await peer.send('x\n')
    await connection.receive()
    const body = connection.takeBytes(Number.MAX_SAFE_INTEGER)
    await body.return?.()
    for (let sent = 0; sent < 64; sent += 1) await peer.send('z'.repeat(64 * 1024))
    await turns()
    expect(connection.bytesRead).toBe(64 * 64 * 1024 + 2)
    connection.reset()
    expect((await connection.closed).undelivered).toBe(0)
  })

  it('makes those who ask for messages wait, and one that gives up loses none', async () => {
    const clock = new VirtualClock()
    const later: string[] = []
    const { peer, connection } = attach<string, string>({
      clock,
      handler: { message: (_, line) => void later.push(line) },
    })
    const header = connection.receive()
    await peer.send('x\nab')
    await header
    await connection.takeBytes(4).return?.()
    const impatient = connection.receive({ timeout: 500 })
    const patient = connection.receive({ timeout: 5_000 })
    await clock.advance(1_000)
    await expect(impatient).rejects.toMatchObject({ code: 'HAWSER_RECEIVE_TIMEOUT' })
    await peer.send('cdy\nz\n')
    expect(await patient).toBe('y')
    await turns()
    expect(later).toEqual(['z'])
    const second = connection.receive()
    await peer.send('x\n')
    await second
    await connection.takeBytes(2).return?.()
    const gone = connection.receive({ timeout: 500 })
    await clock.advance(1_000)
    await expect(gone).rejects.toMatchObject({ code: 'HAWSER_RECEIVE_TIMEOUT' })
    await peer.send('abnot lost\n')
    await turns()
    expect(later).toEqual(['z', 'not lost'])
    connection.reset()
  })

  it('with the loop over the messages, leaves the place to another loop', async () => {
    const { peer, connection } = attach<string, string>()
    await peer.send('3\nab')
    let body: AsyncIterable<Uint8Array> | undefined
    for await (const _ of connection) {
      body = connection.takeBytes(3)
      break
    }
    const taken = text(body as AsyncIterable<Uint8Array>)
    await peer.send('cnext\n')
    expect(await taken).toBe('abc')
    peer.end()
    expect(await collect(connection)).toEqual(['next'])
  })
})

describe('a body that does not come', () => {
  it('because the peer ends in the middle, is the error of the connection', async () => {
    const { taken, attached } = handled()
    await attached.peer.send('put 10\nabc')
    attached.peer.end()
    const { reason, error } = await attached.connection.closed
    expect(reason).toBe('frame-truncated')
    expect(error?.message).toBe(
      'the stream ended 3 bytes into a body of 10: the peer closed before it had sent all of it',
    )
    expect(taken).toEqual([])
    expect(attached.failures).toEqual([])
  })

  it('because the peer resets, rejects what takes it', async () => {
    const { peer, connection } = attach<string, string>()
    await peer.send('9\nabc')
    await connection.receive()
    const taking = text(connection.takeBytes(9))
    await turns()
    peer.reset()
    await expect(taking).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_RESET' })
  })

  it('because this side closes, does not pass for a whole one', async () => {
    const { taken, attached } = handled()
    await attached.peer.send('put 10\nabc')
    await turns()
    void attached.connection.close()
    await turns()
    attached.peer.end()
    await attached.connection.closed
    expect(taken).toEqual([])
    expect(attached.failures).toEqual([])
  })

  it('for as long as frameTimeout allows, ends the connection', async () => {
    const clock = new VirtualClock()
    const { attached } = handled({ clock, frameTimeout: 1_000 })
    await attached.peer.send('put 10\n')
    await clock.advance(900)
    expect(attached.connection.phase).toBe('open')
    await attached.peer.send('abc')
    await clock.advance(900)
    expect(attached.connection.phase).toBe('open')
    await clock.advance(1_000)
    attached.peer.end()
    expect((await attached.connection.closed).reason).toBe('frame-timeout')
  })

  it('fast enough, ends the connection, also where it is dropped', async () => {
    const clock = new VirtualClock()
    const { attached } = handled({ clock, minimumRate: 240 })
    const dropped = attach<string, string>({ clock, minimumRate: 240 })
    await dropped.peer.send('x\n')
    await dropped.connection.receive()
    await dropped.connection.takeBytes(1e9).return?.()
    await attached.peer.send('put 1000000000\n')
    for (const { peer } of [attached, dropped]) await peer.send('z'.repeat(2_000))
    for (let second = 0; second < 60; second += 1) {
      for (const { peer } of [attached, dropped]) void peer.send('dripping').catch(() => undefined)
      await clock.advance(1_000)
    }
    for (const { peer, connection } of [attached, dropped]) {
      peer.end()
      expect((await connection.closed).reason).toBe('rate-timeout')
    }
  })

  it('because nothing takes it, ends the connection when reading has stood still for long', async () => {
    const clock = new VirtualClock()
    const { peer, connection } = attach<string, string>({
      clock,
      framing: lines({ maxFrame: 64 }),
      inbox: 64,
      consumerTimeout: 1_000,
      frameTimeout: 1_000,
      handler: { message: (own) => void own.takeBytes(1_000) },
    })
    await peer.send(`x\n${'y'.repeat(100)}`)
    await clock.advance(2_000)
    expect((await connection.closed).reason).toBe('consumer-timeout')
  })

  it('is waited for by a drain, and by its time', async () => {
    const { taken, attached } = handled()
    await attached.peer.send('put 6\nabc')
    await turns()
    attached.drain()
    await turns()
    expect(attached.connection.phase).toBe('draining')
    await attached.peer.send('def')
    attached.peer.end()
    await attached.connection.closed
    expect(taken).toEqual(['<abcdef>'])
  })
})

describe('a size that is none', () => {
  it.each([-1, Number.NaN, 2 ** 60, 1.5, Infinity, '5', undefined])(
    '%s ends the connection, and is no fault of the handler',
    async (size) => {
      const { peer, connection, failures } = attach<string, string>({
        handler: { message: (own) => void own.takeBytes(size as number) },
      })
      await peer.send('x\nrest\n')
      await turns()
      peer.end()
      const { reason, error } = await connection.closed
      expect(reason).toBe('frame-malformed')
      expect(error?.message).toContain('bytes was announced')
      expect(failures).toEqual([])
    },
  )
})

describe('bytes that cannot be taken', () => {
  const refused = expect.objectContaining({ code: 'HAWSER_ALREADY_CONSUMED' }) as Error

  it('are refused under batches and streams, which take ahead', async () => {
    const batched = attach<string, string>()
    await batched.peer.send('3\nabc\n')
    for await (const _ of batched.connection.batches()) {
      expect(() => batched.connection.takeBytes(3)).toThrow(refused)
      break
    }
    batched.connection.reset()
    const streamed = attach<string, string>()
    void streamed.connection.readable
    expect(() => streamed.connection.takeBytes(3)).toThrow(refused)
    streamed.connection.reset()
    const duplexed = attach<string, string>()
    duplexed.connection.duplex().on('error', () => undefined)
    expect(() => duplexed.connection.takeBytes(3)).toThrow(refused)
    duplexed.connection.reset()
  })

  it('are refused while others are', async () => {
    const { peer, connection } = attach<string, string>()
    await peer.send('x\n')
    await connection.receive()
    const body = text(connection.takeBytes(3))
    expect(() => connection.takeBytes(1)).toThrow(refused)
    await peer.send('abcy\n')
    expect(await body).toBe('abc')
    const waiting = connection.receive()
    expect(await waiting).toBe('y')
    const next = connection.receive()
    expect(() => connection.takeBytes(1)).toThrow(refused)
    connection.reset()
    await expect(next).rejects.toThrow()
  })

  it('are refused on a connection that is gone', async () => {
    const { connection } = attach<string, string>()
    await connection.close()
    expect(() => connection.takeBytes(3)).toThrow(
      expect.objectContaining({ code: 'HAWSER_CONNECTION_CLOSED' }) as Error,
    )
  })

  it('keep TLS from beginning', async () => {
    const server = make(
      { framing: lines(), tls: await siteTls() },
      {
        async message(connection) {
          connection.takeBytes(3)
          const begun = connection.startTls().then(() => 'begun')
          await connection.send(await begun.catch((error: HawserError) => error.code))
        },
      },
    )
    await server.listen('tcp://127.0.0.1:0')
    const client = await connect(server.address(), { framing: lines() })
    await client.send('x')
    expect(await client.receive()).toBe('HAWSER_TLS_UNAVAILABLE')
    client.reset()
  })

  it('forgotten by the program, whose connection is reset, end no process', async () => {
    const [client, server] = connectPair<string, string>({
      framing: lines(),
      handler: { message: (own) => void own.takeBytes(5).next() },
    })
    await client.send('x')
    await turns()
    client.reset()
    expect((await server.closed).reason).toBe('reset')
    await turns()
  })
})

describe('a decoder that keeps state', () => {
  it('begins anew behind the body', async () => {
    let made = 0
    const counting = framing<string, string>({
      name: 'counting',
      decoder(operations) {
        made += 1
        return lines().createDecoder(operations)
      },
      encoder: (operations) => lines().createEncoder(operations),
    })
    const { taken, attached } = handled({ framing: counting })
    await attached.peer.send('a\nb\nput 2\nxyc\n')
    attached.peer.end()
    await attached.connection.closed
    expect(taken).toEqual(['a', 'b', '<xy>', 'c'])
    expect(made).toBe(2)
  })
})

describe('a body under a framing whose frames end with a silence', () => {
  it.each(['taken', 'left'])('is %s after its peer was silent in the middle', async (how) => {
    const clock = new VirtualClock()
    const silent = defer()
    const got: string[] = []
    const { peer, connection } = attach<Uint8Array, string>({
      framing: silence({ gap: 10 }),
      clock,
      handler: {
        async message(own, frame) {
          got.push(Buffer.from(frame).toString())
          if (got.length > 1) return
          const body = own.takeBytes(6)
          await silent.promise
          if (how === 'left') await body.return?.()
          else got.push(`<${await text(body)}>`)
        },
      },
    })
    await peer.send('put 6')
    await clock.advance(10)
    await peer.send('one')
    await clock.advance(10)
    silent.resolve()
    await turns()
    await peer.send('two')
    await turns()
    await peer.send('next')
    await clock.advance(10)
    await turns()
    expect(got).toEqual(how === 'left' ? ['put 6', 'next'] : ['put 6', '<onetwo>', 'next'])
    connection.reset()
  })

  it('and what came behind it before it was taken ends with a silence that is heard', async () => {
    const clock = new VirtualClock()
    const silent = defer()
    const got: string[] = []
    const { peer, connection } = attach<Uint8Array, string>({
      framing: silence({ gap: 10 }),
      clock,
      handler: {
        async message(own, frame) {
          got.push(Buffer.from(frame).toString())
          if (got.length > 1) return
          const body = own.takeBytes(3)
          await silent.promise
          got.push(`<${await text(body)}>`)
        },
      },
    })
    await peer.send('put 3')
    await clock.advance(10)
    await peer.send('one')
    await peer.send('next')
    await clock.advance(10)
    silent.resolve()
    await turns()
    expect(got).toEqual(['put 3', '<one>'])
    await clock.advance(10)
    expect(got).toEqual(['put 3', '<one>', 'next'])
    connection.reset()
  })
})
