import { describe, expect, it } from 'vitest'
import { Display } from '../../src/output/display.js'
import type { Renderer, ServerEvent } from '../../src/output/events.js'
import type { Sink } from '../../src/output/sinks/sink.js'

/** A reader that takes nothing until it is told to. */
class StalledSink implements Sink {
  written = ''
  queued = 0
  #waiting: (() => void)[] = []

  write(chunk: string | Uint8Array): void {
    this.written += String(chunk)
    this.queued += chunk.length
  }

  drained(): Promise<void> {
    if (this.queued === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  drain(): void {
    this.queued = 0
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

const render: Renderer = (event) =>
  event.event === 'dropped' ? `dropped ${event.events}\n` : `${event.event}\n`
const notice: ServerEvent = { event: 'notice', text: '' }

describe('Display', () => {
  it('drops events while the output is behind, and says how many once it has caught up', async () => {
    const sink = new StalledSink()
    const display = new Display(sink, render, 14)
    for (let index = 0; index < 1000; index++) display.show(notice)
    await Promise.resolve()
    expect(sink.written).toBe('notice\nnotice\nnotice\n')
    sink.drain()
    await display.flush(1)
    expect(sink.written).toBe('notice\nnotice\nnotice\ndropped 997\n')
  })

  it('goes on showing events behind the count', async () => {
    const sink = new StalledSink()
    const display = new Display(sink, render, 0)
    display.show(notice)
    display.show(notice)
    await Promise.resolve()
    sink.drain()
    display.show(notice)
    await Promise.resolve()
    expect(sink.written).toBe('notice\ndropped 1\nnotice\n')
  })

  it('writes what it is told to insist on', async () => {
    const sink = new StalledSink()
    const display = new Display(sink, render, 0)
    display.show(notice)
    display.insist({ event: 'stopped', drained: 0, forced: 0 })
    await Promise.resolve()
    expect(sink.written).toBe('notice\nstopped\n')
  })

  it('writes the events of one turn with one call', async () => {
    const calls: string[] = []
    const sink = { queued: 0, write: (chunk: string) => calls.push(chunk), drained: async () => {} }
    const display = new Display(sink, render, 100)
    display.show(notice)
    display.show(notice)
    await Promise.resolve()
    expect(calls).toEqual(['notice\nnotice\n'])
  })

  it('does not wait for ever for a reader that has stopped', async () => {
    const sink = new StalledSink()
    const display = new Display(sink, render, 100)
    display.show(notice)
    await display.flush(1)
    expect(sink.written).toBe('notice\n')
  })
})
