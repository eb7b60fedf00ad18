/**
 * How the command fails: one line on stderr that says what happened and what to do, and an exit
 * code. A stack trace is for whoever sets HAWSER_DEBUG.
 */

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

/** A line for stderr and the code to exit with. */
export interface Failure {
  /** Without a line feed. */
  readonly line: string
  /** 0–255. */
  readonly exitCode: number
}

const usageCodes = new Set(['HAWSER_INVALID_ENDPOINT', 'HAWSER_INVALID_OPTION'])

/** Whether `error` was foreseen: its message is written for people. */
export function isExpected(error: unknown): error is Error {
  if (error instanceof UsageError || error instanceof CommandError) return true
  return error instanceof Error && codeOf(error)?.startsWith('HAWSER_') === true
}

/** What the library calls an option, and what the command calls it. */
const flags: readonly (readonly [RegExp, string])[] = [
  [/\bconnectTimeout\b/g, '--connect-timeout'],
  [/\bidleTimeout\b/g, '--idle'],
  [/\bfirstByteTimeout\b/g, '--first-byte-timeout'],
  [/\bframeTimeout\b/g, '--frame-timeout'],
  [/\bwriteTimeout\b/g, '--write-timeout'],
  [/\bhandshakeTimeout\b/g, '--handshake-timeout'],
  [/\bproxyProtocol\.trusted\b/g, '--trusted'],
  [/\bheaderTimeout\b/g, '--header-timeout'],
  [/\bminimumRate\b/g, '--minimum-rate'],
  [/\bmaxFrame\b/g, '--max-frame'],
  [/\bmaxConnections\b/g, '--max-connections'],
  [/\btls\.(cert|key|ca)\b/, '--$1'],
  [/^tls\.pins\b/, '--pin'],
  [/^proxy (?=has|is no|takes)/, '--proxy '],
  [/\bleave proxy out\b/, 'leave --proxy out'],
  [/^family is (4|6)\b/, '-$1 was given'],
  [/\bleave family out\b/, 'leave it out'],
  [/^localAddress\b/, '--source'],
  [/^tls cannot be used\b/, '--cert and --key cannot be used'],
  [/: pass its passphrase/, ': decrypt it for this command, with openssl pkey'],
  [
    /: pass it as ca if you trust it/,
    ': name it with --ca FILE if you trust it; hawser cert --print names that of hawser serve --tls',
  ],
  [/: pass (?:that|the authority) as ca\b/, ': name the authority with --ca FILE'],
  [/\bthe option alpn\b/, '--alpn'],
]

/** A message of the library, in the words of the command. */
export function nameFlags(message: string): string {
  return flags.reduce((text, [option, flag]) => text.replace(option, flag), message)
}

/** Describe whatever was thrown. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof UsageError) return failure(error.message, exitUsage)
  if (isExpected(error)) {
    return failure(
      nameFlags(error.message),
      usageCodes.has(codeOf(error) ?? '') ? exitUsage : exitNetwork,
    )
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
  return { line: `hawser: ${escapeText(message.replace(/\s*[\r\n]+\s*/g, ' '))}`, exitCode }
}
