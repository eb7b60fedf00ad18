import { type ClientOptions, createClient, createPool, jsonLines, lines } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'

forbidStrayErrors()

const overhead = 512
const maxQueuedBytes = 3 * (1_000 + overhead)
const full = { code: 'HAWSER_QUEUE_FULL', option: 'maxQueuedBytes' }

/** A client that has no connection. */
function makeDown<Message>(
  options: ClientOptions<Message, Message>,
): ReturnType<typeof createClient<Message, Message>> {
  // Nothing listens at the port that discards.
  const client = createClient<Message, Message>('127.0.0.1:9', { maxQueuedBytes, ...options })
  onTestFinished(async () => void (await client.close({ drain: 0 })))
  return client
}

describe('messages that wait for a connection', () => {
  it('are refused when they would take more memory than may wait', async () => {
    const client = makeDown<string>({ framing: lines() })
    const text = 'x'.repeat(1_000)
    const waiting = [client.send(text), client.request(text), client.send(text)]
    for (const one of waiting) one.catch(() => undefined)
    expect(client.info()).toMatchObject({ queued: 3, queuedBytes: maxQueuedBytes })
    await expect(client.send('')).rejects.toMatchObject({
      ...full,
      message: `with this message, more than ${maxQueuedBytes} bytes of memory would wait to be sent: nothing was sent; slow down, or raise maxQueuedBytes`,
    })
    await expect(client.request('')).rejects.toMatchObject(full)
  })

  it('may be one that is larger alone, and no second one', async () => {
    const client = makeDown<string>({ framing: lines() })
    client.send('x'.repeat(1_000_000)).catch(() => undefined)
    expect(client.info().queued).toBe(1)
    await expect(client.send('y')).rejects.toMatchObject(full)
  })

  it('leave their place when they are given up', async () => {
    const client = makeDown<string>({ framing: lines() })
    const abort = new AbortController()
    const text = 'x'.repeat(2_000)
    const given = client.request(text, { signal: abort.signal })
    abort.abort()
    await expect(given).rejects.toMatchObject({ code: 'HAWSER_ABORTED' })
    expect(client.info()).toMatchObject({ queued: 0, queuedBytes: 0 })
    client.send(text).catch(() => undefined)
    expect(client.info().queuedBytes).toBe(2_000 + overhead)
  })

  it('count whatever they are: an object by all that it refers to, once', async () => {
    interface Part {
      name: string
      list: (string | Part)[]
    }
    const client = makeDown<Part>({ framing: jsonLines<Part>() })
    const part: Part = { name: 'x'.repeat(1_000), list: ['y'.repeat(1_000)] }
    part.list.push(part, part)
    client.send(part).catch(() => undefined)
    const { queuedBytes } = client.info()
    expect(queuedBytes).toBeGreaterThan(2_000 + overhead)
    expect(queuedBytes).toBeLessThan(2_500 + overhead)
    const list = ['z'.repeat(2_500)]
    await expect(client.send({ name: '', list })).rejects.toMatchObject(full)
  })

  it('count no more once they are sent', async () => {
    const listener = await ScriptedPeer.listen()
    onTestFinished(() => listener.close())
    const client = createClient<string, string>(`127.0.0.1:${listener.port}`, {
      framing: lines(),
      maxQueuedBytes,
    })
    onTestFinished(async () => void (await client.close({ drain: 0 })))
    const text = 'x'.repeat(1_000)
    const sent = [client.send(text), client.send(text), client.send(text)]
    await expect(client.send('')).rejects.toMatchObject(full)
    await Promise.all(sent)
    expect(client.info()).toMatchObject({ queued: 0, queuedBytes: 0 })
  })
})

it('requests of a lease that wait for room are bounded by their memory', async () => {
  const listener = await ScriptedPeer.listen()
  onTestFinished(() => listener.close())
  const pool = createPool<string, string>(`127.0.0.1:${listener.port}`, {
    framing: lines(),
    maxPending: 1,
    maxQueuedBytes,
  })
  onTestFinished(async () => void (await pool.close({ drain: 0 })))
  const lease = await pool.acquire()
  const text = 'x'.repeat(1_000)
  const waiting = Array.from({ length: 4 }, () => lease.request(text))
  for (const one of waiting) one.catch(() => undefined)
  await expect(lease.request('')).rejects.toMatchObject(full)
  lease.release()
})
