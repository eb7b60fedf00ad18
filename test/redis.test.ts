import fc from 'fast-check'
import { connectPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Redis } from '../examples/redis/client.js'
import { resp, type RespOptions } from '../examples/redis/resp.js'
import { createRedisServer } from '../examples/redis/server.js'
import { Push, type RespError, Status, type Value } from '../examples/redis/values.js'
import { runs } from './support/property-runs.js'

/** What the framing makes of these pieces: values, and the code of what ended it. */
async function decode(
  pieces: readonly (string | Uint8Array)[],
  options: RespOptions = {},
): Promise<{ values: Value[]; error?: string }> {
  const { connection, peer } = connectPeer({ framing: resp(options) })
  const values: Value[] = []
  const reading = (async () => {
    for await (const value of connection) values.push(value)
  })().catch((error: { code: string }) => error.code)
  for (const piece of pieces) await peer.send(piece)
  peer.end()
  const error = await reading
  return error === undefined ? { values } : { values, error }
}

/** The bytes of these values. */
async function encode(values: readonly Value[], version: 2 | 3): Promise<Uint8Array> {
  const { connection, peer } = connectPeer({ framing: resp({ version }) })
  for (const value of values) await connection.send(value)
  await connection.end()
  return peer.receiveAll()
}

const scalar = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(Infinity),
  fc.bigInt({ min: 2n ** 60n, max: 2n ** 90n }),
)
const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => new Push(items)),
    fc.array(fc.tuple(fc.string(), tie('value')), { maxLength: 3 }).map((all) => new Map(all)),
  ),
}))

describe('RESP', () => {
  it('carries any value, however its bytes are cut', async () => {
    const cases = fc.tuple(
      fc.array(anyValue, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 9 }),
    )
    await fc.assert(
      fc.asyncProperty(cases, async ([values, size]) => {
        const bytes = await encode(values, 3)
        const pieces: Uint8Array[] = []
        for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size))
        expect(await decode(pieces)).toEqual({ values })
      }),
      runs(60),
    )
  })

  it.each<[string, Value]>([
    ['+OK\r\n', 'OK'],
    [':-42\r\n', -42],
    ['$5\r\nhello\r\n', 'hello'],
    ['$0\r\n\r\n', ''],
    ['$-1\r\n', null],
    ['*-1\r\n', null],
    ['*0\r\n', []],
    ['_\r\n', null],
    ['#t\r\n', true],
    [',3.25\r\n', 3.25],
    [',-inf\r\n', -Infinity],
    [
      '(3492890328409238509324850943850943825024385\r\n',
      3492890328409238509324850943850943825024385n,
    ],
    ['=15\r\ntxt:Some string\r\n', 'Some string'],
    [
      '%2\r\n+first\r\n:1\r\n+second\r\n:2\r\n',
      new Map([
        ['first', 1],
        ['second', 2],
      ]),
    ],
    ['~3\r\n:1\r\n:2\r\n:3\r\n', new Set([1, 2, 3])],
    ['|1\r\n+ttl\r\n:3600\r\n:1\r\n', 1],
    ['*2\r\n|1\r\n+a\r\n:1\r\n+b\r\n*1\r\n$1\r\nc\r\n', ['b', ['c']]],
    [':9007199254740993\r\n', 9007199254740993n],
  ])('%j means what the specification says', async (text, value) => {
    expect(await decode([text])).toEqual({ values: [value] })
  })

  it('takes an error for a value', async () => {
    const { values } = await decode(['-WRONGTYPE no list\r\n!11\r\nERR no key \r\n'])
    expect(values.map((value) => (value as RespError).code)).toEqual(['WRONGTYPE', 'ERR'])
  })

  it('takes commands as people type them, if that is asked for', async () => {
    const { values } = await decode(['GET  key\r\n\nPING\n'], { inline: true })
    expect(values).toEqual([['GET', 'key'], [], ['PING']])
  })

  it.each<[string, string, RespOptions]>([
    ['$3\r\nabcd\r\n', 'HAWSER_FRAME_MALFORMED', {}],
    ['*1x\r\n', 'HAWSER_FRAME_MALFORMED', {}],
    ['PING\r\n', 'HAWSER_FRAME_MALFORMED', {}],
    ['*1\r\n'.repeat(40), 'HAWSER_FRAME_MALFORMED', {}],
    ['$99999999999\r\n', 'HAWSER_FRAME_TOO_LARGE', {}],
    ['*4294967295\r\n', 'HAWSER_FRAME_TOO_LARGE', {}],
    [`*2\r\n$50\r\n${'x'.repeat(50)}\r\n$60\r\n`, 'HAWSER_FRAME_TOO_LARGE', { maxFrame: 64 }],
    [`+${'x'.repeat(70)}`, 'HAWSER_FRAME_TOO_LARGE', { maxFrame: 64 }],
    ['*2\r\n+a\r\n', 'HAWSER_FRAME_TRUNCATED', {}],
  ])('%j is refused', async (text, code, options) => {
    expect((await decode([text], options)).error).toBe(code)
  })

  it('says what version 2 has no word for in the words that it has', async () => {
    const bytes = await encode([null, true, new Map([['a', 1]]), new Push(['m']), 1.5], 2)
    expect(Buffer.from(bytes).toString()).toBe(
      '$-1\r\n:1\r\n*2\r\n$1\r\na\r\n:1\r\n*1\r\n$1\r\nm\r\n$3\r\n1.5\r\n',
    )
    expect(Buffer.from(await encode([new Status('OK')], 2)).toString()).toBe('+OK\r\n')
  })
})

function makeClient(endpoint: string, options?: ConstructorParameters<typeof Redis>[1]): Redis {
  const redis = new Redis(endpoint, options)
  onTestFinished(async () => void (await redis.client.close({ drain: 0 })))
  return redis
}

describe('the Redis client of the examples', () => {
  it('talks to the server of the examples, too, and expects a refusal', async () => {
    const server = createRedisServer()
    await server.listen('tcp://127.0.0.1:0')
    onTestFinished(async () => {
      await server.close({ drain: 0 })
    })
    const redis = makeClient(`tcp://127.0.0.1:${(server.address() as { port: number }).port}`)
    await redis.set('key', 'text', 100_000)
    expect(await redis.get('key')).toBe('text')
    expect(await redis.command(['PTTL', 'key'])).toBeGreaterThan(90_000)
    expect(await redis.command(['DEL', 'key', 'other'])).toBe(1)
    await expect(redis.command(['NONESUCH'])).rejects.toThrow(/unknown command/)
    await expect(redis.command(['GET'])).rejects.toThrow(/wrong number of arguments/)
  })
})
