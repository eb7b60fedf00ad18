import { type Command, Option } from 'commander'
import { UsageError } from '../../failure.js'
import { parseDuration } from '../duration.js'
import { collectList } from '../list.js'
import type { ConnectTls, ServeTls } from './tls-choice.js'

/** What both sides of TLS may be told. */
interface TlsFlags {
  tls?: true
  cert?: string
  key?: string
  ca?: string[]
  alpn?: string[]
  minTls?: '1.2' | '1.3'
}

/** What a server may be told. */
export interface ServeTlsFlags extends TlsFlags {
  handshakeTimeout?: number
  clientCertificate?: 'none' | 'request' | 'require'
}

/** What a client may be told. */
export interface ConnectTlsFlags extends TlsFlags {
  servername?: string
  insecure?: true
  pin?: string[]
}

const certFlag = [
  '--cert <file>',
  'certificate, and those between it and its authority (PEM)',
] as const
const keyFlag = ['--key <file>', 'its private key, if that is not in the same file'] as const

/** Add the options of a server's TLS. */
export function addServeTls(command: Command): void {
  command
    .optionsGroup('TLS:')
    .option('--tls', 'speak TLS, with the development certificate of hawser cert')
    .option(certFlag[0], `--tls with this ${certFlag[1]}`)
    .option(...keyFlag)
    .option('--ca <file>', 'authorities that vouch for clients; may be repeated', collect)
    .addOption(
      new Option('--client-certificate <how>', 'ask clients for a certificate').choices([
        'none',
        'request',
        'require',
      ]),
    )
    .option('--alpn <list>', 'protocols to agree on (ALPN), best first', collectList)
    .addOption(versionOption())
    .option(
      '--handshake-timeout <time>',
      'refuse those who take longer to begin TLS (default: 5s)',
      parseDuration('--handshake-timeout'),
    )
}

/** Add the options of a client's TLS. */
export function addConnectTls(command: Command): void {
  command
    .optionsGroup('TLS:')
    .option('--tls', 'speak TLS, as to tls://host:port')
    .option('--ca <file>', 'authorities to trust instead of the usual ones; repeatable', collect)
    .option(certFlag[0], `show this ${certFlag[1]}`)
    .option(...keyFlag)
    .option('--servername <name>', 'the name to ask for and to verify (default: the host)')
    .option('--alpn <list>', 'protocols to offer (ALPN), best first', collectList)
    .addOption(versionOption())
    .option('--insecure', 'do not verify the server')
    .option('--pin <pin>', 'the key it must have: sha256//… of curl; may be repeated', collect)
}

/** @param endpoints where to listen: a `tls://` among them asks for TLS as well */
export function readServeTls(
  flags: ServeTlsFlags,
  endpoints: readonly string[],
): ServeTls | undefined {
  const { cert, key, ca, alpn, minTls, clientCertificate, handshakeTimeout } = flags
  const asked = flags.tls ?? endpoints.some(isTls)
  const named = [cert, key, ca, alpn, minTls, clientCertificate, handshakeTimeout].some(
    (flag) => flag !== undefined,
  )
  if (!asked && !named) return undefined
  assertKey(flags)
  if (ca === undefined && (clientCertificate ?? 'none') !== 'none') {
    throw new UsageError(
      `--client-certificate ${clientCertificate} has no authority to check clients by`,
      'name the authority of their certificates with --ca FILE',
    )
  }
  const minVersion = versionOf(minTls)
  return { cert, key: key ?? cert, ca, alpn, minVersion, clientCertificate, handshakeTimeout }
}

/** @param endpoint where to connect: `tls://` asks for TLS as well */
export function readConnectTls(flags: ConnectTlsFlags, endpoint: string): ConnectTls | undefined {
  const { cert, key, ca, alpn, minTls, servername, insecure, pin } = flags
  const asked = flags.tls ?? isTls(endpoint)
  const named = [cert, key, ca, alpn, minTls, servername, insecure, pin].some(
    (flag) => flag !== undefined,
  )
  if (!asked && !named) return undefined
  if (/^(?:tcp|unix):|^\//i.test(endpoint)) {
    throw new UsageError(`${endpoint} is not TLS`, `write tls://host:port`)
  }
  assertKey(flags)
  const identity = { cert, key: key ?? cert, ca }
  const minVersion = versionOf(minTls)
  return { ...identity, alpn, minVersion, servername, insecure, pins: pin }
}

function versionOption(): Option {
  return new Option('--min-tls <version>', 'the oldest version (default: 1.2)').choices([
    '1.2',
    '1.3',
  ])
}

function isTls(endpoint: string): boolean {
  return /^tls:/i.test(endpoint)
}

function assertKey({ cert, key }: TlsFlags): void {
  if (key === undefined || cert !== undefined) return
  throw new UsageError('--key has no certificate', 'name it with --cert FILE')
}

function versionOf(version: TlsFlags['minTls']): 'TLSv1.2' | 'TLSv1.3' | undefined {
  return version === undefined ? undefined : `TLSv${version}`
}

function collect(text: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), text]
}
