import { type Command, Option } from 'commander'
import { UsageError } from '../../failure.js'
import { parseDuration } from '../duration.js'
import { collectList } from '../list.js'

/** Which proxies say for whom they speak. */
export interface ServeProxy {
  readonly mode: 'require' | 'optional'
  /** Addresses, blocks, ranges, files that hold such, and `unix`. */
  readonly trusted: readonly string[]
  /** Milliseconds. */
  readonly headerTimeout: number | undefined
}

/** Which proxies say for whom they speak. */
export interface ProxyFlags {
  proxyProtocol?: 'require' | 'optional'
  trusted?: string[]
  headerTimeout?: number
}

/** Add the options for a server behind proxies. */
export function addProxy(command: Command): void {
  command
    .optionsGroup('Behind a proxy:')
    .addOption(
      new Option(
        '--proxy-protocol <how>',
        'read for whom proxies speak (PROXY protocol v1, v2)',
      ).choices(['require', 'optional']),
    )
    .option('--trusted <list>', 'the proxies: addresses, blocks, ranges, files, unix', collectList)
    .option(
      '--header-timeout <time>',
      'refuse proxies that take longer to say so (default: 5s)',
      parseDuration('--header-timeout'),
    )
}

/** @throws UsageError when one of the two that belong together is missing */
export function readProxy(flags: ProxyFlags): ServeProxy | undefined {
  const { proxyProtocol: mode, trusted, headerTimeout } = flags
  if (mode === undefined) {
    if (trusted === undefined && headerTimeout === undefined) return undefined
    const lonely = trusted === undefined ? '--header-timeout' : '--trusted'
    throw new UsageError(
      `${lonely} is for a server behind proxies`,
      'add --proxy-protocol require, or optional',
    )
  }
  if (trusted !== undefined) return { mode, trusted, headerTimeout }
  throw new UsageError(
    `--proxy-protocol ${mode} trusts no proxy: a trusted peer can claim any address, so none is by default`,
    'list your proxies with --trusted, such as --trusted 10.0.0.0/8',
  )
}

/** Add the option for a client that plays a proxy. */
export function addSendProxy(command: Command): void {
  command.addOption(
    new Option(
      '--send-proxy <version>',
      'begin with a PROXY protocol header, as a proxy does',
    ).choices(['v1', 'v2']),
  )
}
