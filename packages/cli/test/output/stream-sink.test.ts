import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { StreamSink } from '../../src/output/sinks/stream-sink.js'

describe('StreamSink', () => {
  it('counts what its stream has not taken yet', async () => {
    const taken: (() => void)[] = []
    const stream = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, callback) => taken.push(callback),
    })
    const sink = new StreamSink(stream, () => {})
    sink.write('abc')
    sink.write('de')
    expect(sink.queued).toBe(5)
    const drained = sink.drained()
    taken.shift()?.()
    await new Promise(setImmediate)
    expect(sink.queued).toBe(2)
    taken.shift()?.()
    await drained
    expect(sink.queued).toBe(0)
  })

  it('is drained when nothing was written', async () => {
    const sink = new StreamSink(new PassThrough(), () => {})
    sink.write('')
    await expect(sink.drained()).resolves.toBeUndefined()
  })

  it('hands on an error and counts nothing that will never be written', async () => {
    const errors: Error[] = []
    const stream = new Writable({
      write: (_chunk, _encoding, callback) => callback(new Error('gone')),
    })
    const sink = new StreamSink(stream, (error) => errors.push(error))
    sink.write('abc')
    await sink.drained()
    await new Promise(setImmediate)
    expect(errors.map((error) => error.message)).toEqual(['gone'])
    expect(sink.queued).toBe(0)
  })
})
