import { sizeOf, type Conversation, type ThreadReader } from './collector.mjs'
import type { Truth } from './run-program.js'

/** @returns all connections of all threads */
export function conversationsOf(readers: readonly ThreadReader[]): Conversation[] {
  return readers.flatMap(({ thread }) => [...thread.connections.values()])
}

/** @returns what the collector found wrong with what it was sent */
export function problemsOf(readers: readonly ThreadReader[]): string[] {
  return readers.flatMap(({ problems }) => problems)
}

/** @returns bytes and rows that found no room */
export function lossOf(readers: readonly ThreadReader[]): { bytes: number; rows: number } {
  const bytes = conversationsOf(readers).map(({ lost }) => lost.in + lost.out)
  const rows = readers.map(({ thread }) => thread.skipped)
  return { bytes: sum(bytes), rows: sum(rows) }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** @returns connections that could not be shown, and why */
export function unseenOf(readers: readonly ThreadReader[]): string[] {
  return conversationsOf(readers)
    .filter(({ unseen }) => unseen !== undefined)
    .map(({ events, unseen }) => `${unseen}: ${JSON.stringify(events)}`)
}

/** @returns the names of what the program sent or got and no connection has */
export function findMissing(truth: Truth, readers: readonly ThreadReader[]): string[] {
  const seen = conversationsOf(readers).map(({ bytes }) => ({
    in: Buffer.concat(bytes.in).toString('base64'),
    out: Buffer.concat(bytes.out).toString('base64'),
  }))
  return Object.entries(truth)
    .filter(([, own]) => {
      const isSame = (way: 'in' | 'out') => (one: Truth[string]) =>
        own[way] === '' || own[way] === one[way]
      return !seen.filter(isSame('in')).some(isSame('out'))
    })
    .map(([name]) => name)
}

/**
 * Both ends of a connection inside the program say the same.
 *
 * @returns what differs
 */
export function findUnequalEnds(readers: readonly ThreadReader[]): string[] {
  const whole = conversationsOf(readers).filter(({ unseen }) => unseen === undefined)
  const accepted = new Map(whole.map((of) => [keyOf(of, 'accept'), of]))
  return whole.flatMap((client) => {
    const key = keyOf(client, 'connect')
    const server = key === undefined ? undefined : accepted.get(key)
    if (server === undefined || server.isTls !== client.isTls) return []
    const [sent, got] = [Buffer.concat(client.bytes.out), Buffer.concat(server.bytes.in)]
    // What one end sent and the other did not wait for is no difference.
    const isSame = sent.subarray(0, got.length).equals(got)
    return isSame
      ? []
      : [`${sizeOf(client.bytes.out)} sent, ${sizeOf(server.bytes.in)} other bytes got`]
  })
}

function keyOf({ events }: Conversation, role: 'accept' | 'connect'): string | undefined {
  const name = role === 'accept' ? 'open' : 'connected'
  const event = events.find(({ event: kind }) => kind === name)
  if (event === undefined || (role === 'accept' && event['role'] !== 'accept')) return undefined
  const ends = [event['local'], event['remote']].map((end) =>
    String(end).replace('[::ffff:127.0.0.1]', '127.0.0.1'),
  )
  return (role === 'accept' ? ends : ends.toReversed()).join(' ')
}
