import { describe, expect, it } from 'vitest'
import { lineToMessage, readMessages, type SourceOptions } from '../../src/connect/sources.js'

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text, 'latin1')
}

async function collect(options: SourceOptions, ...texts: string[]): Promise<string[]> {
  const messages: string[] = []
  for await (const message of readMessages(chunks(...texts), options)) {
    messages.push(Buffer.from(message).toString('latin1'))
  }
  return messages
}

describe('input from a pipe', () => {
  it('goes out byte for byte as a stream', async () => {
    expect(await collect({ stream: true, crlf: false }, 'a\r\n\xff', 'b')).toEqual([
      'a\r\n\xff',
      'b',
    ])
  })

  it('goes out a message a line under a framing', async () => {
    expect(await collect({ stream: false, crlf: false }, 'a\r\nb', 'c\n\nd')).toEqual([
      'a',
      'bc',
      '',
      'd',
    ])
  })

  it('has its line feeds replaced with --crlf, and keeps CRLF, wherever it is cut', async () => {
    const text = 'a\nb\r\nc\r\r\n\n'
    for (let cut = 0; cut <= text.length; cut++) {
      const parts = await collect({ stream: true, crlf: true }, text.slice(0, cut), text.slice(cut))
      expect(parts.join('')).toBe('a\r\nb\r\nc\r\r\n\r\n')
    }
  })
})

describe('a typed line', () => {
  it('is ended in a stream and is a message under a framing', () => {
    const line = { bytes: Buffer.from('é'), isLine: true }
    const sent = [
      lineToMessage(line, { stream: true, crlf: false }),
      lineToMessage(line, { stream: true, crlf: true }),
      lineToMessage(line, { stream: false, crlf: true }),
    ]
    expect(sent.map((message) => Buffer.from(message).toString())).toEqual(['é\n', 'é\r\n', 'é'])
  })

  it('is not ended where bytes are to go out as they are', () => {
    const sent = { bytes: Uint8Array.of(1, 2), isLine: false }
    expect(lineToMessage(sent, { stream: true, crlf: true })).toEqual(Uint8Array.of(1, 2))
  })
})
