import { binaryRules } from './binary-rules.js'
import { type Beginning, type FirstBytes, hasBytes, toCharacters, uint16 } from './first-bytes.js'
import { textRules } from './text-rules.js'

const rules = [...textRules, ...binaryRules]

/**
 * The name of the protocol that a connection seems to speak: HTTP, Redis, PostgreSQL and so on; undefined when its
 * first bytes are of none that is known here. Nothing is decoded, and no bytes make it throw. What a guess is made
 * of may be an attacker's, so that it is a name to show and nothing to decide by.
 */
export function guessProtocol({ client, server, port }: FirstBytes): string | undefined {
  const all = { client: toCharacters(client), server: toCharacters(server), port }
  const beginning = { ...all, client: withoutProxyHeader(all.client) }
  const guess = rules.find(({ matches }) => matches(beginning))?.name
  return guess ?? (isProxied(all, beginning) ? 'PROXY protocol' : undefined)
}

/** A load balancer's header stands in front of what the client says. */
function withoutProxyHeader(client: string): string {
  const text = /^PROXY (?:TCP[46]|UNKNOWN)\b[^\r]*(?:\r\n|$)/.exec(client)
  if (text !== null) return client.slice(text[0].length)
  const isBinary = hasBytes(client, 0, 13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10)
  return isBinary ? client.slice(16 + (uint16(client, 14) || 0)) : client
}

function isProxied(all: Beginning, { client }: Beginning): boolean {
  return all.client !== client
}
