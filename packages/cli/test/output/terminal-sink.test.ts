import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TerminalSink } from '../../src/output/sinks/terminal-sink.js'

/** A FIFO stands in for a terminal: it is full after 64 KiB, and says so in the same way. */
describe('TerminalSink', () => {
  let folder = ''
  let reader = -1
  let writer = -1
  const buffer = Buffer.alloc(1024 * 1024)

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hawser-'))
    const path = join(folder, 'fifo')
    execFileSync('mkfifo', [path])
    reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  })

  afterEach(() => {
    if (reader !== -1) closeSync(reader)
    closeSync(writer)
    rmSync(folder, { recursive: true })
  })

  it('writes at once while there is room', () => {
    const sink = new TerminalSink(writer, () => {})
    sink.write('a')
    sink.write(Buffer.from('b'))
    expect(sink.queued).toBe(0)
    expect(buffer.toString('latin1', 0, readSync(reader, buffer))).toBe('ab')
  })

  it('never blocks on a reader that has stopped, and loses nothing', async () => {
    const sink = new TerminalSink(writer, () => {})
    const sent = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251))
    sink.write(sent)
    expect(sink.queued).toBeGreaterThan(0)
    const drained = sink.drained()
    const parts: Buffer[] = []
    const timer = setInterval(() => {
      try {
        parts.push(Buffer.from(buffer.subarray(0, readSync(reader, buffer))))
      } catch {
        // Nothing there yet.
      }
    }, 1)
    await drained
    clearInterval(timer)
    parts.push(Buffer.from(buffer.subarray(0, readSync(reader, buffer))))
    expect(Buffer.concat(parts).equals(sent)).toBe(true)
  })

  it('says when its reader has gone, and is then at rest', async () => {
    const codes: (string | undefined)[] = []
    const sink = new TerminalSink(writer, (error) => codes.push(error.code))
    closeSync(reader)
    reader = -1
    sink.write('a')
    await sink.drained()
    expect(codes).toEqual(['EPIPE'])
    expect(sink.queued).toBe(0)
  })
})
