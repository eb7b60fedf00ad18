import {
  byteOperations,
  checksum,
  connect,
  createServer,
  duplexFraming,
  type Framing,
  framing,
  lengthPrefixed,
  lines,
  mapFraming,
  raw,
  silence,
} from 'hawser'
import { checkFraming, FrameReader, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { attach, type AttachOptions } from './support/attach.js'
import { collect, turns } from './support/turns.js'

/** A connection whose frames end with 10 ms of silence, and what it received, with the times. */
function listening(options: AttachOptions<Uint8Array, Uint8Array | string> = {}) {
  const clock = new VirtualClock()
  const received: [number, string][] = []
  const attached = attach<Uint8Array, Uint8Array | string>({
    framing: silence({ gap: 10, maxFrame: 64 }),
    clock,
    handler: {
      message: (_, frame) => void received.push([clock.now(), Buffer.from(frame).toString()]),
    },
    ...options,
  })
  return { clock, received, ...attached }
}

describe('frames that end with a silence', () => {
  it('are what came without a pause, and are there to the millisecond', async () => {
    const { clock, received, peer, connection } = listening()
    await peer.send('one')
    await clock.advance(9)
    await peer.send(', and more')
    await clock.advance(9)
    expect(received).toEqual([])
    await clock.advance(1)
    expect(received).toEqual([[19, 'one, and more']])
    await clock.advance(1_000)
    await peer.send('two')
    await clock.advance(1_000)
    expect(received).toEqual([
      [19, 'one, and more'],
      [1_029, 'two'],
    ])
    connection.reset()
  })

  it('are kept apart while the consumer is busy', async () => {
    const clock = new VirtualClock()
    const { peer, connection } = attach<Uint8Array, string>({
      framing: silence({ gap: 10 }),
      clock,
    })
    for (const frame of ['one', 'two', 'three']) {
      await peer.send(frame)
      await clock.advance(10)
    }
    await peer.send('four')
    peer.end()
    const frames = (await collect(connection)).map((frame) => Buffer.from(frame).toString())
    expect(frames).toEqual(['one', 'two', 'three', 'four'])
  })

  it('are kept apart in batches, and behind one that was taken out of several', async () => {
    const clock = new VirtualClock()
    const { peer, connection } = attach<Uint8Array, string>({
      framing: silence({ gap: 10 }),
      clock,
    })
    const send = async (...frames: string[]): Promise<void> => {
      for (const frame of frames) {
        await peer.send(frame)
        await clock.advance(10)
      }
    }
    await send('one', 'two')
    expect(Buffer.from(await connection.receive()).toString()).toBe('one')
    await send('three', 'four')
    expect(Buffer.from(await connection.receive()).toString()).toBe('two')
    for await (const batch of connection.batches()) {
      expect(batch.map((frame) => Buffer.from(frame).toString())).toEqual(['three', 'four'])
      break
    }
    await send('five')
    const bytes = connection.switchFraming(raw())
    await send('six')
    expect(Buffer.from(await bytes.receive()).toString()).toBe('fivesix')
    connection.reset()
  })

  it('are ended by the end of the peer as well', async () => {
    const { received, peer, connection } = listening()
    await peer.send('last')
    peer.end()
    await connection.closed
    expect(received).toEqual([[0, 'last']])
  })

  it('end at no silence that nobody could hear, because nothing was read', async () => {
    const { clock, received, peer, connection, transport } = listening({
      rateLimit: { bytes: { perSecond: 100, burst: 1 } },
    })
    await peer.send('1234567890')
    await turns()
    expect(transport.paused).toBe(true)
    await clock.advance(85)
    await peer.send('abc')
    await clock.advance(14)
    expect(received).toEqual([])
    await clock.advance(200)
    expect(received.map(([, frame]) => frame)).toEqual(['1234567890abc'])
    connection.reset()
  })

  it('wait for what has arrived while the program was busy', async () => {
    const { clock, received, peer, connection } = listening()
    await peer.send('half')
    await turns()
    // The timer is late: the other half is there and was not read yet.
    void peer.send(' whole')
    clock.advanceSync(50)
    await turns()
    expect(received).toEqual([])
    await clock.advance(10)
    expect(received).toEqual([[60, 'half whole']])
    connection.reset()
  })
})

describe('a peer that is never silent', () => {
  it('gets no further than maxFrame', async () => {
    const { clock, received, peer, connection } = listening()
    for (let sent = 0; sent < 100 && connection.phase === 'open'; sent += 1) {
      await peer.send('x')
      await clock.advance(5)
    }
    peer.end()
    expect((await connection.closed).reason).toBe('frame-too-large')
    expect(connection.bytesRead).toBe(65)
    expect(received).toEqual([])
  })

  it('and a consumer that takes nothing, are bounded by a number of frames', async () => {
    const clock = new VirtualClock()
    const { peer, connection, transport } = attach<Uint8Array, string>({
      framing: silence({ gap: 1 }),
      clock,
      consumerTimeout: Infinity,
    })
    for (let sent = 0; sent < 400; sent += 1) {
      await peer.send('x')
      await clock.advance(1)
    }
    expect(transport.paused).toBe(true)
    expect(connection.bytesRead).toBe(256)
    let frames = 0
    for await (const _ of connection) {
      frames += 1
      if (frames === 256) break
    }
    await turns()
    expect(transport.paused).toBe(false)
    connection.reset()
  })

  it('leaves no timer behind, however its connection ends', async () => {
    for (const end of ['reset', 'close'] as const) {
      const { clock, peer, connection } = listening()
      await peer.send('x')
      await turns()
      expect(clock.pending).toBeGreaterThan(0)
      void connection[end]()
      peer.end()
      await connection.closed
      expect(clock.pending).toBe(0)
    }
  })
})

/** Lines, and prompts, which have no line end. */
const prompts = framing<string, string>({
  name: 'prompts',
  silence: 50,
  decoder(operations) {
    let decoder = lines().createDecoder(operations)
    return {
      decode: (bytes, emit, owned) => decoder.decode(bytes, emit, owned),
      quiet(rest, emit) {
        // A prompt has no line end. Anything else is a line that is on its way.
        const text = operations.decode(rest, 0, rest.length, 'utf8')
        if (!text.endsWith('> ')) return 0
        // It knows how far it has searched in what is gone now.
        decoder = lines().createDecoder(operations)
        emit(text, rest.length)
        return rest.length
      },
    }
  },
  encoder: (operations) => lines().createEncoder(operations),
})

describe('a silence under other framings', () => {
  it('passes mapFraming, checksum and duplexFraming', async () => {
    const clock = new VirtualClock()
    const inner = checksum(silence({ gap: 10, maxFrame: 256 }), {
      algorithm: 'crc16-modbus',
      endian: 'little',
    })
    const hex = mapFraming(inner, {
      decode: (frame) => Buffer.from(frame).toString('hex'),
      encode: (text: string) => Buffer.from(text, 'hex'),
    })
    for (const send of [hex, raw({ maxFrame: 16 })] as Framing<unknown, string>[]) {
      const received: string[] = []
      const { peer, connection } = attach<string, string>({
        clock,
        framing: duplexFraming({ receive: hex, send }),
        handler: { message: (_, frame) => void received.push(frame) },
      })
      await peer.send(Buffer.from('010302000578', 'hex'))
      await clock.advance(5)
      await peer.send(Buffer.from('47', 'hex'))
      await clock.advance(10)
      expect(received).toEqual(['0103020005'])
      await peer.send(Buffer.from('0103020005ffff', 'hex'))
      await clock.advance(10)
      peer.end()
      expect((await connection.closed).reason).toBe('frame-malformed')
    }
  })

  it.each<[string, (inner: Framing<string, string>) => Framing<string, string>]>([
    [
      'mapFraming',
      (inner) => mapFraming(inner, { decode: (word) => word, encode: (word: string) => word }),
    ],
    ['duplexFraming', (receive) => duplexFraming({ receive, send: lines({ maxFrame: 256 }) })],
  ])('and a decoder that returns nothing is found out under %s', async (_, wrap) => {
    const clock = new VirtualClock()
    const careless = framing<string, string>({
      name: 'careless',
      silence: 10,
      maxFrame: 64,
      decoder: () => ({ decode: () => 0, quiet: () => undefined as unknown as number }),
      encoder: (operations) => lines().createEncoder(operations),
    })
    const { peer, connection } = attach<string, string>({
      clock,
      framing: wrap(careless),
      handler: { message: () => undefined },
    })
    await peer.send('a')
    await clock.advance(10)
    peer.end()
    expect((await connection.closed).reason).toBe('decoder-invalid')
  })

  it('may mean whatever a framing of your own makes of it', async () => {
    const clock = new VirtualClock()
    const received: string[] = []
    const { peer, connection } = attach<string, string>({
      clock,
      framing: prompts,
      handler: { message: (_, line) => void received.push(line) },
    })
    await peer.send('hello\nrouter> ')
    await clock.advance(49)
    expect(received).toEqual(['hello'])
    await clock.advance(1)
    expect(received).toEqual(['hello', 'router> '])
    await peer.send('half a')
    await clock.advance(500)
    await peer.send(' line\n')
    await turns()
    expect(received).toEqual(['hello', 'router> ', 'half a line'])
    connection.reset()
  })

  it('ends nothing but the rest behind a burst of frames that were not taken yet', async () => {
    const clock = new VirtualClock()
    const { peer, connection } = attach<string, string>({ clock, framing: prompts })
    const burst = Array.from({ length: 600 }, (_, index) => `line ${index}`)
    void peer.send(`${burst.join('\n')}\nrouter> `).catch(() => {})
    await turns()
    await clock.advance(50)
    const taken: string[] = []
    const loop = (async () => {
      for await (const line of connection) taken.push(line)
    })()
    await turns()
    await clock.advance(50)
    expect(taken).toEqual([...burst, 'router> '])
    peer.end()
    await loop
  })

  it('and what it ends is kept apart ahead of a consumer that takes its time', async () => {
    const clock = new VirtualClock()
    const { peer, connection } = attach<string, string>({ clock, framing: prompts })
    for (const text of ['a\nx> ', 'b\ny> ', 'c\nz> ']) {
      await peer.send(text)
      await clock.advance(50)
    }
    const taken: string[] = []
    for await (const message of connection) {
      taken.push(message)
      if (taken.length === 3) break
    }
    expect(taken).toEqual(['a', 'x> ', 'b'])
    const bytes = connection.switchFraming(raw())
    expect(Buffer.from(await bytes.receive()).toString()).toBe('y> c\nz> ')
    connection.reset()
  })

  it('counts what was there before the framing was switched to it', async () => {
    const clock = new VirtualClock()
    const { peer, connection } = attach<string, string>({ clock })
    await peer.send('rtu\nabc')
    expect(await connection.receive()).toBe('rtu')
    const frame = connection.switchFraming(silence({ gap: 10 })).receive({ timeout: 500 })
    await clock.advance(1_000)
    expect(Buffer.from(await frame).toString()).toBe('abc')
    connection.reset()
  })

  it.each([
    [
      'emits past the rest',
      (rest: Uint8Array, emit: (m: string, end: number) => boolean) => (
        emit('x', rest.length + 1),
        0
      ),
    ],
    ['returns nothing', () => undefined as unknown as number],
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
  ])('a quiet that %s ends the connection', async (_, quiet) => {
    const clock = new VirtualClock()
    const { peer, connection, failures } = attach<string, string>({
      clock,
      framing: framing<string, string>({
        name: 'broken',
        silence: 5,
        decoder: () => ({ decode: () => 0, quiet }),
        encoder: (operations) => lines().createEncoder(operations),
      }),
      handler: { message: () => undefined },
    })
    await peer.send('x')
    await clock.advance(5)
    peer.end()
    expect((await connection.closed).reason).toMatch(/^(?:decoder-invalid|frame-malformed)$/)
    expect(failures).toEqual([])
  })
})

describe('without a connection', () => {
  it('a FrameReader is told of a silence', () => {
    const reader = new FrameReader(silence({ gap: 5 }), byteOperations)
    const frames: string[] = []
    const emit = (frame: Uint8Array): boolean => frames.push(Buffer.from(frame).toString()) > 0
    reader.feed(Buffer.from('ab'), true, 0, emit)
    reader.feed(Buffer.from('c'), true, 0, emit)
    reader.quiet(emit)
    reader.release(reader.unreleased)
    reader.quiet(emit)
    expect(frames).toEqual(['abc'])
    expect(reader.buffered).toBe(0)
  })

  it('checkFraming holds it to every cut', () => {
    checkFraming(silence({ gap: 5, maxFrame: 32 }), [
      { send: 'hello', receive: [Buffer.from('hello')] },
      { send: Uint8Array.of(0), receive: [Uint8Array.of(0)] },
      { bytes: new Uint8Array(32).fill(7), receive: [new Uint8Array(32).fill(7)] },
    ])
  })

  it.each([[{}], [{ gap: 0 }], [{ gap: Number.NaN }], [{ gap: 60_001 }], [{ gap: Infinity }]])(
    'a gap that is none is refused: %j',
    (options) => {
      expect(() => silence(options as never)).toThrow(
        /^gap is .*, and must be a number of milliseconds/,
      )
    },
  )

  it('a frame that cannot be told from its neighbours is not sent', async () => {
    const { connection } = listening()
    await expect(connection.send('')).rejects.toMatchObject({ code: 'HAWSER_MESSAGE_INVALID' })
    await expect(connection.send('x'.repeat(65))).rejects.toMatchObject({
      code: 'HAWSER_FRAME_TOO_LARGE',
    })
    connection.reset()
  })
})

describe('Modbus RTU over TCP, in both directions', () => {
  const modbus = (
    inner: Framing<Uint8Array, Uint8Array>,
  ): Framing<Uint8Array, Uint8Array | string> =>
    checksum(inner, { algorithm: 'crc16-modbus', endian: 'little' })

  it('a unit that waits for silences replies to a master that looks at lengths', async () => {
    const registers = [5, 1_000, 65_535]
    const unit = createServer(
      { framing: modbus(silence({ gap: 20, maxFrame: 256 })) },
      {
        message(connection, [address = 0, code = 0, , at = 0, , count = 0]) {
          if (code !== 3) return connection.send(Uint8Array.of(address, code | 0x80, 1))
          const values = registers
            .slice(at, at + count)
            .flatMap((value) => [value >>> 8, value & 0xff])
          return connection.send(Uint8Array.of(address, code, values.length, ...values))
        },
      },
    )
    await unit.listen('tcp://127.0.0.1:0')
    onTestFinished(async () => void (await unit.close({ drain: 0 })))
    const replies = lengthPrefixed({
      header: 3,
      maxFrame: 256,
      lengthOf: ([, code = 0, count = 0]) => (code >= 0x80 ? 5 : 5 + count),
    })
    const master = await connect(unit.address(), {
      framing: duplexFraming({ receive: modbus(replies), send: modbus(silence({ gap: 20 })) }),
    })
    const ask = async (...request: number[]): Promise<string> => {
      await master.send(Uint8Array.from(request))
      return Buffer.from(await master.receive()).toString('hex')
    }
    expect(await ask(1, 3, 0, 0, 0, 3)).toBe('010306000503e8ffff')
    expect(await ask(1, 6, 0, 0, 0, 3)).toBe('018601')
    master.reset()
  })

  it('a unit that looks at lengths replies to a master that waits for silences', async () => {
    const requests = lengthPrefixed({
      header: 7,
      maxFrame: 256,
      lengthOf: ([, code = 0, , , , , count = 0]) => (code === 15 || code === 16 ? 9 + count : 8),
    })
    const unit = createServer(
      { framing: duplexFraming({ receive: modbus(requests), send: modbus(silence({ gap: 20 })) }) },
      { message: (connection, frame) => connection.send(frame.subarray(0, 6)) },
    )
    await unit.listen('tcp://127.0.0.1:0')
    onTestFinished(async () => void (await unit.close({ drain: 0 })))
    const master = await connect(unit.address(), { framing: modbus(silence({ gap: 20 })) })
    await master.send(Uint8Array.of(1, 16, 0, 1, 0, 2, 4, 0, 10, 1, 2))
    expect(Buffer.from(await master.receive()).toString('hex')).toBe('011000010002')
    await master.send(Uint8Array.of(1, 6, 0, 1, 0, 3))
    expect(Buffer.from(await master.receive()).toString('hex')).toBe('010600010003')
    master.reset()
  })
})
