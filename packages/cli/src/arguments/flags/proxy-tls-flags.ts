import { type Command, Option } from 'commander'
import { UsageError } from '../../failure.js'
import { parseDuration } from '../duration.js'
import { collectList } from '../list.js'
import type { ConnectTls, ServeTls } from './tls-choice.js'

/** TLS on both sides of a proxy. */
export interface ProxyTlsFlags {
  starttls?: true
  tlsIn?: true
  cert?: string
  key?: string
  clientCa?: string[]
  clientCertificate?: 'none' | 'request' | 'require'
  handshakeTimeout?: number
  tlsOut?: true
  ca?: string[]
  targetCert?: string
  targetKey?: string
  servername?: string
  insecure?: true
  pin?: string[]
  alpn?: string[]
  minTls?: '1.2' | '1.3'
}

/** Add the options of TLS with the clients, and with the target. */
export function addProxyTls(command: Command): void {
  const version = new Option('--min-tls <version>', 'the oldest version, on both sides')
  const starttls = new Option('--starttls', 'begin TLS on both sides when a rule says so')
  const certificate = new Option('--client-certificate <how>', 'ask clients for a certificate')
  command
    .optionsGroup('TLS with the clients:')
    .option('--tls-in', 'speak TLS with them, with the certificate of hawser cert')
    .option('--cert <file>', '--tls-in with this certificate (PEM)')
    .option('--key <file>', 'its private key, if that is not in the same file')
    .option('--client-ca <file>', 'authorities that vouch for clients; repeatable', collect)
    .addOption(certificate.choices(['none', 'request', 'require']))
    .option(
      '--handshake-timeout <time>',
      'refuse those who take longer to begin TLS (default: 5s)',
      parseDuration('--handshake-timeout'),
    )
    .optionsGroup('TLS with the target:')
    .option('--tls-out', 'speak TLS with it, as with tls://host:port')
    .option('--ca <file>', 'authorities to trust instead of the usual ones; repeatable', collect)
    .option('--target-cert <file>', 'show it this certificate (PEM)')
    .option('--target-key <file>', 'its private key, if that is not in the same file')
    .option('--servername <name>', 'the name to ask for and to verify (default: the host)')
    .option('--insecure', 'do not verify it')
    .option('--pin <pin>', 'the key it must have: sha256//… of curl; repeatable', collect)
    .optionsGroup('TLS:')
    .addOption(starttls.conflicts(['tlsIn', 'tlsOut']))
    .option('--alpn <list>', 'protocols (ALPN), best first, on both sides', collectList)
    .addOption(version.choices(['1.2', '1.3']))
}

/** @throws UsageError for options of both sides where neither speaks TLS */
export function assertTls({ alpn, minTls }: ProxyTlsFlags, ...sides: readonly unknown[]): void {
  if (sides.some(isGiven) || (alpn === undefined && minTls === undefined)) return
  const lonely = alpn === undefined ? '--min-tls' : '--alpn'
  throw new UsageError(`${lonely} is for TLS`, 'add --tls-in or --tls-out')
}

/** @throws UsageError when they cannot work together */
export function readTlsIn(flags: ProxyTlsFlags, listen: string | undefined): ServeTls | undefined {
  const { tlsIn, cert, key, clientCa: ca, clientCertificate, handshakeTimeout, alpn } = flags
  const isNamed = [cert, key, ca, clientCertificate, handshakeTimeout].some(isGiven)
  if (flags.starttls === true && isTls(listen)) throw tooEarly(listen)
  if (tlsIn !== true && flags.starttls !== true && !isNamed && !isTls(listen)) return undefined
  assertKey('', flags.cert, flags.key)
  if (ca === undefined && (clientCertificate ?? 'none') !== 'none') {
    throw new UsageError(
      `--client-certificate ${clientCertificate} has no authority to check clients by`,
      'name the authority of their certificates with --client-ca FILE',
    )
  }
  const minVersion = versionOf(flags)
  return { cert, key: key ?? cert, ca, alpn, minVersion, clientCertificate, handshakeTimeout }
}

/** @throws UsageError when they cannot work together */
export function readTlsOut(
  flags: ProxyTlsFlags,
  target: string | undefined,
): ConnectTls | undefined {
  const { tlsOut, ca, targetCert: cert, targetKey: key, servername, insecure, pin, alpn } = flags
  const isNamed = [ca, cert, key, servername, insecure, pin].some(isGiven)
  if (flags.starttls === true && isTls(target)) throw tooEarly(target)
  if (tlsOut !== true && flags.starttls !== true && !isNamed && !isTls(target)) return undefined
  if (flags.starttls !== true && target !== undefined && /^(?:tcp|unix):|^\//i.test(target)) {
    throw new UsageError(`${target} is not TLS`, 'write tls://host:port')
  }
  assertKey('target-', cert, key)
  const minVersion = versionOf(flags)
  return { cert, key: key ?? cert, ca, alpn, minVersion, servername, insecure, pins: pin }
}

function tooEarly(endpoint: string | undefined): UsageError {
  return new UsageError(
    `${endpoint} is TLS at once, and --starttls begins with plain text`,
    'leave tls:// out',
  )
}

function isGiven(flag: unknown): boolean {
  return flag !== undefined
}

function isTls(endpoint: string | undefined): boolean {
  return endpoint !== undefined && /^tls:/i.test(endpoint)
}

function assertKey(side: '' | 'target-', cert: string | undefined, key: string | undefined): void {
  if (key === undefined || cert !== undefined) return
  throw new UsageError(`--${side}key has no certificate`, `name it with --${side}cert FILE`)
}

function versionOf({ minTls }: ProxyTlsFlags): 'TLSv1.2' | 'TLSv1.3' | undefined {
  return minTls === undefined ? undefined : `TLSv${minTls}`
}

function collect(text: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), text]
}
