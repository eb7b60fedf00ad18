import { hostname } from 'node:os'
import { domainToASCII } from 'node:url'
import { UsageError } from '../failure.js'
import { canonicalAddress, ipOctets } from './ip-octets.js'

const label = String.raw`[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d])?`
const dnsName = new RegExp(String.raw`^(?:\*\.)?${label}(?:\.${label})*$`)
const longestName = 253

/** The names of a certificate for this machine: those that every machine has, and its own. */
export function machineNames(host: string = hostname()): string[] {
  const own = parseName(host)
  // A machine may call itself what no certificate can hold.
  const names = ['localhost', '127.0.0.1', '::1', ...(own === undefined ? [] : [own])]
  return [...new Set(names)]
}

/**
 * The names of `--name`, as a certificate holds them.
 *
 * @throws UsageError for what is neither a DNS name nor an IP address
 */
export function checkNames(names: readonly string[]): string[] {
  return names.map((text) => {
    const name = parseName(text)
    if (name !== undefined) return name
    throw new UsageError(
      `--name takes a DNS name or an IP address, not ${JSON.stringify(text)}`,
      'write a name such as dev.example, *.dev.example, 192.0.2.7 or 2001:db8::7',
    )
  })
}

/** Whether a certificate that holds `held` is good for `name`. Wildcards are compared as they are. */
export function holdsName(held: readonly string[], name: string): boolean {
  const octets = ipOctets(name)
  if (octets === undefined) return held.includes(name)
  return held.some((other) => Buffer.compare(ipOctets(other) ?? Buffer.alloc(0), octets) === 0)
}

function parseName(text: string): string | undefined {
  // What ends a host's name in a URL would be cut off without a word.
  if (/[\s/?#@\\]/.test(text)) return undefined
  if (ipOctets(text) !== undefined) return canonicalAddress(text)
  const wildcard = text.startsWith('*.') ? '*.' : ''
  const name = wildcard + domainToASCII(text.slice(wildcard.length)).toLowerCase()
  return name.length <= longestName && dnsName.test(name) ? name : undefined
}
