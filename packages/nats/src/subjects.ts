import { Buffer } from 'node:buffer'

/** Half of a pair of UTF-16, alone: it has no UTF-8, so topics with different ones would be one. */
const lone = /\p{Cs}/u

/**
 * The subject of a topic. A topic is any text, and a subject knows no spaces, and dots and stars mean
 * something in it: so the topic's bytes are written in base64url.
 */
export function subjectOf(prefix: string, topic: string): string {
  if (topic === '') return `${prefix}.all`
  if (lone.test(topic)) return `${prefix}.u.${Buffer.from(topic, 'utf16le').toString('base64url')}`
  return `${prefix}.t.${Buffer.from(topic).toString('base64url')}`
}

/** What a node says about itself: it is new, it is there, it goes. */
export type Sign = 'hello' | 'here' | 'bye'

/** Where a node says it: to all nodes, or to one. */
export function signSubject(prefix: string, sign: Sign | '*', to?: string): string {
  const subject = `${prefix}.n.${sign}`
  return to === undefined ? subject : `${subject}.${Buffer.from(to).toString('base64url')}`
}

/** Which sign came on a subject; undefined when it is none. */
export function signOf(prefix: string, subject: string): Sign | undefined {
  const [sign] = subject.slice(prefix.length + 3).split('.')
  return sign === 'hello' || sign === 'here' || sign === 'bye' ? sign : undefined
}
