import { parseEndpoint } from 'hawser'
import { ApiError, badBody } from './api-error.js'

/**
 * Where a proxy may listen that is made through the API, as an endpoint of ours: `localhost:0`, `:8000`.
 *
 * @param isOpen whether it may be more than the loopback
 * @throws ApiError
 */
export function readListen(text: string, isOpen: boolean): string {
  // As Go has it, no host is every address; nothing at all would be so too, which is no one's wish.
  const listen = text === '' ? '127.0.0.1:0' : text.startsWith(':') ? `*${text}` : text
  const endpoint = parse(listen, 'listen')
  if (endpoint.kind !== 'tcp') throw badBody(`listen ${JSON.stringify(text)} is no host and port`)
  if (isOpen || isLoopback(endpoint.host)) return listen
  throw new ApiError(
    403,
    `listen ${text} is more than the loopback: start hawser proxy with --api-open to allow it`,
  )
}

/**
 * Where a proxy may lead to.
 *
 * @throws ApiError
 */
export function readTarget(text: string): string {
  const endpoint = parse(text, 'upstream')
  if (endpoint.kind === 'tcp' || endpoint.kind === 'unix') return text
  throw badBody(`upstream ${JSON.stringify(text)} is no host and port`)
}

/** Whether two mean the same place, though one says `localhost` and the other its address. */
export function isSamePlace(one: string, other: string): boolean {
  return plain(one) === plain(other)
}

/** Only this machine reaches it. */
export function isLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(host)
}

function plain(text: string): string {
  return text.replace(/^tcp:\/\//, '').replace(/^localhost(?=:)/i, '127.0.0.1')
}

function parse(text: string, name: string): ReturnType<typeof parseEndpoint> {
  try {
    return parseEndpoint(text)
  } catch (error) {
    throw badBody(`${name}: ${(error as Error).message}`)
  }
}
