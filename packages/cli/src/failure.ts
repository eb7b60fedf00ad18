/**
 * How the command fails: one line on stderr that says what happened and what to do, and an exit
 * code. A stack trace is for whoever sets HAWSER_DEBUG.
 */

import type {
  ConnectOptions,
  LinesOptions,
  ProxyProtocolOptions,
  ServerOptions,
  TlsClientOptions,
  TlsServerOptions,
} from 'hawser'
import { escapeText } from './output/escape.js'

/** Everything went well. */
export const exitOk = 0
/** The network, or the peer, did not do what was asked. */
export const exitNetwork = 1
/** The command line cannot work. */
export const exitUsage = 2

/** The command line cannot work. */
export class UsageError extends Error {
  /**
   * @param what what is wrong
   * @param remedy what to do about it
   */
  constructor(what: string, remedy: string) {
    super(`${what}: ${remedy}`)
    this.name = 'UsageError'
  }
}

/** The command line is fine, and something around it is not: a file, a folder. */
export class CommandError extends Error {
  /**
   * @param what what is wrong
   * @param remedy what to do about it
   */
  constructor(what: string, remedy: string) {
    super(`${what}: ${remedy}`)
    this.name = 'CommandError'
  }
}

/** What to say, and the code to exit with. */
export interface Failure {
  /** What happened and what to do, in one line, without a line feed. */
  readonly message: string
  /** The same for stderr, with the name of the command in front. */
  readonly line: string
  /** 0–255. */
  readonly exitCode: number
}

const usageCodes = new Set([
  'HAWSER_INVALID_ENDPOINT',
  'HAWSER_INVALID_OPTION',
  'WORKBENCH_INVALID',
])

/** Whether `error` was foreseen: its message is written for people. */
export function isExpected(error: unknown): error is Error {
  if (error instanceof UsageError || error instanceof CommandError) return true
  return error instanceof Error && /^(?:HAWSER|WORKBENCH|ATTACH)_/.test(codeOf(error) ?? '')
}

/** An error of the library, which knows what option it is about. */
interface HawserFailure extends Error {
  readonly option: string | undefined
  readonly remedy: string | undefined
  rephrase(name: string, remedy?: string): string
}

/** Options of the library: one that is renamed there does not compile here. */
type OptionName =
  | keyof ServerOptions<unknown, unknown>
  | keyof ConnectOptions<unknown, unknown>
  | keyof LinesOptions
  // Of `serveMetrics`, and of a mask.
  | 'endpoint'
  | 'mask[0].pattern'
  | `tls.${keyof TlsServerOptions | keyof TlsClientOptions}`
  | `proxyProtocol.${keyof ProxyProtocolOptions}`

/** The flags of options, by what the library calls those; words where it is no one flag. */
const flags: Readonly<Record<string, string | undefined>> = {
  connectTimeout: '--connect-timeout',
  endpoint: '--metrics',
  family: 'the family',
  firstByteTimeout: '--first-byte-timeout',
  frameTimeout: '--frame-timeout',
  idleTimeout: '--idle',
  localAddress: '--source',
  'mask[0].pattern': '--mask',
  maxConnections: '--max-connections',
  maxFrame: '--max-frame',
  minimumRate: '--minimum-rate',
  proxy: '--proxy',
  'proxyProtocol.headerTimeout': '--header-timeout',
  'proxyProtocol.trusted': '--trusted',
  tls: '--cert and --key',
  'tls.alpn': '--alpn',
  'tls.ca': '--ca',
  'tls.cert': '--cert',
  'tls.handshakeTimeout': '--handshake-timeout',
  'tls.key': '--key',
  'tls.passphrase': 'the passphrase',
  'tls.pins': '--pin',
  writeTimeout: '--write-timeout',
} satisfies Partial<Record<OptionName, string>>

/** What to do where it is more, or something else, than with the library. */
const remedies: Readonly<Record<string, string | undefined>> = {
  // It has no flag for `oversize`, and none for `memory`.
  'HAWSER_FRAME_TOO_LARGE maxFrame': 'raise --max-frame at both ends if such messages are expected',
  'HAWSER_MEMORY_FULL memory': 'lower --max-connections',
  'HAWSER_INVALID_OPTION family': 'leave -4 or -6 out',
  'HAWSER_INVALID_OPTION tls.passphrase': 'decrypt it for this command, with openssl pkey',
  'HAWSER_TLS_CERTIFICATE_INVALID tls.ca':
    'name it, or its authority, with --ca FILE if you trust it; hawser cert --print names that of hawser serve --tls',
}

/** What an error says, in the words of the command: with its flag for the option of the library. */
export function sayError(error: Error): string {
  if (!isOfLibrary(error) || error.option === undefined) return error.message
  const { option } = error
  const own = remedies[`${codeOf(error)} ${option}`]
  return error.rephrase(flags[option] ?? option, error.remedy === undefined ? undefined : own)
}

/** Told by what it can do: the library is not loaded to say that a flag is unknown. */
function isOfLibrary(error: Error): error is HawserFailure {
  return 'rephrase' in error && typeof error.rephrase === 'function'
}

/** Describe whatever was thrown. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof UsageError) return failure(error.message, exitUsage)
  if (isExpected(error)) {
    return failure(sayError(error), usageCodes.has(codeOf(error) ?? '') ? exitUsage : exitNetwork)
  }
  const message = error instanceof Error ? error.message : String(error)
  return failure(
    `this is a bug in hawser: ${message}: set HAWSER_DEBUG=1 to see where, and please report it`,
    exitNetwork,
  )
}

/** The `code` of an error, if it has one. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

function failure(message: string, exitCode: number): Failure {
  // A message that is quoted may end in a line feed of its own.
  const one = message.replace(/\s*[\r\n]+\s*(?=:|$)/g, '').replace(/\s*[\r\n]+\s*/g, ' ')
  const escaped = escapeText(one)
  return { message: escaped, line: `hawser: ${escaped}`, exitCode }
}

/**
 * The output was lost: say so, unless its reader has left, as `head` does when it has seen enough.
 *
 * @returns the code to exit with
 */
export function sayLostOutput(error: NodeJS.ErrnoException): number {
  if (error.code === 'EPIPE' || error.code === 'EIO') return exitOk
  const { line } = failure(`stdout: ${error.message}: make room, or write elsewhere`, exitNetwork)
  process.stderr.write(`${line}\n`)
  return exitNetwork
}
