import { Buffer } from 'node:buffer'
import { OptionError } from '../../errors.js'

/** Bytes of UTF-8 that a topic's name may have. */
export const longestTopic = 256

/** @throws OptionError `HAWSER_INVALID_TOPIC` unless it is text of 1–256 bytes of UTF-8. */
export function assertTopic(topic: unknown): asserts topic is string {
  const problem = findProblem(topic)
  if (problem === undefined) return
  throw new OptionError(
    'HAWSER_INVALID_TOPIC',
    `the topic ${problem}: it takes text of 1 to ${longestTopic} bytes of UTF-8`,
  )
}

function findProblem(topic: unknown): string | undefined {
  if (typeof topic !== 'string') return `is a ${topic === null ? 'null' : typeof topic}`
  if (topic === '') return 'is empty'
  if (topic.startsWith('\0')) return 'begins with NUL, as only what nodes tell each other does'
  // Three bytes a code unit is the most there can be.
  const size = topic.length * 3 <= longestTopic ? 0 : Buffer.byteLength(topic)
  if (size > longestTopic) return `${JSON.stringify(topic.slice(0, 32))}… has ${size} bytes`
  // Two such names would be the same one on another node.
  if (/\p{Surrogate}/u.test(topic)) return `${JSON.stringify(topic)} has half a surrogate pair`
  return undefined
}
