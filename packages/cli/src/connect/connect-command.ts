import { type Command, Option } from 'commander'
import type { ConnectOptions } from './options.js'
import { UsageError } from '../failure.js'
import { parseDuration } from '../arguments/duration.js'
import { completeEndpoint } from '../arguments/endpoint.js'
import type { FramingChoice } from '../arguments/framing/choice.js'
import { framingHelp } from '../arguments/framing/explanation.js'
import { assertMaxFrame, parseFraming } from '../arguments/framing/parse.js'
import { connectExamples } from '../arguments/help.js'
import { addMask, type MaskFlags } from '../arguments/flags/mask-flags.js'
import { addSendProxy } from '../arguments/flags/proxy-flags.js'
import {
  addEscapes,
  addSend,
  readSend,
  readText,
  type SendFlags,
} from '../arguments/flags/send-flags.js'
import { parseSize } from '../arguments/size.js'
import {
  addConnectTls,
  type ConnectTlsFlags,
  readConnectTls,
} from '../arguments/flags/tls-flags.js'

/** As long as a slow server may think about its reply. */
const defaultWait = 500

interface ConnectFlags extends ConnectTlsFlags, SendFlags, MaskFlags {
  framing?: FramingChoice
  maxFrame?: number
  proxy?: string[]
  ipv4?: true
  ipv6?: true
  source?: string
  sendProxy?: 'v1' | 'v2'
  crlf?: true
  connectTimeout?: number
  idle?: number
  wait?: number
  shutdown: boolean
  reconnect?: true
  heartbeat?: string
  heartbeatEvery?: number
  json?: true
  hex?: true
  log?: string
  quiet?: true
}

/** Add `hawser connect`. */
export function addConnect(
  program: Command,
  act: (options: ConnectOptions) => Promise<void>,
): void {
  const command = program
    .command('connect')
    .summary('talk to a TCP endpoint')
    .description('Connect stdin and stdout to a TCP endpoint.')
    .argument('<endpoint>', 'where to connect')
    .addHelpText('after', connectExamples)
    .action((endpoint: string, flags: ConnectFlags) => act(readConnect(endpoint, flags)))
  addMessages(command)
  addWay(command)
  addTimes(command)
  addEnd(command)
  addStaying(command)
  addConnectTls(command)
  addOutput(command)
}

function addMessages(command: Command): void {
  command
    .optionsGroup('What it sends and takes:')
    .addOption(
      new Option(
        '-f, --framing <how>',
        `${framingHelp} (default: raw, with --json lines)`,
      ).argParser(parseFraming),
    )
    .option(
      '--max-frame <size>',
      'the largest message to take (default: 1MiB)',
      parseSize('--max-frame'),
    )
  addSend(command)
  addEscapes(command, 'in --send and typed lines')
  command.option('--crlf', 'end the lines that are sent with CRLF')
}

function addWay(command: Command): void {
  command
    .optionsGroup('How it gets there:')
    .option('-4, --ipv4', 'by IPv4 only')
    .option('-6, --ipv6', 'by IPv6 only')
    .option('--source <address>', 'from this address of this machine')
    .option(
      '--proxy <url>',
      'go through http, socks5, socks5h or socks4a; repeat it for the next',
      collect,
    )
  addSendProxy(command)
}

function addTimes(command: Command): void {
  command
    .optionsGroup('How long it takes:')
    .option(
      '--connect-timeout <time>',
      'how long connecting may take (default: 10s)',
      parseDuration('--connect-timeout'),
    )
    .option(
      '--idle <time>',
      'end when nothing moves for this long (default: off)',
      parseDuration('--idle'),
    )
}

function addEnd(command: Command): void {
  command
    .optionsGroup('How it ends:')
    .option(
      '--wait <time>',
      'when the input has ended, end our direction after so long without a word of the peer (default: 500ms)',
      parseDuration('--wait', 0),
    )
    .option('--no-shutdown', 'never end our direction: wait until the peer does')
}

function addStaying(command: Command): void {
  command
    .optionsGroup('How it stays connected:')
    .option('--reconnect', 'connect again, however often the connection is lost')
    .option(
      '--heartbeat <text>',
      'send this every so often; a peer that says nothing to two of them is given up',
    )
    .option(
      '--heartbeat-every <time>',
      'how often (default: 15s)',
      parseDuration('--heartbeat-every'),
    )
}

function addOutput(command: Command): void {
  const heading = 'What it shows:'
  command.optionsGroup(heading).option('--log <file>', 'write all of it to a session log as well')
  addMask(command, 'in the log; what is printed stays as it came')
  command
    .option('--json', 'print each message as a JSON object')
    .option('--hex', 'print the bytes of messages, those that were sent as well')
    .option('-q, --quiet', 'print no notices')
    .addHelpOption(new Option('-h, --help', 'print this help').helpGroup(heading))
}

function readConnect(endpoint: string, flags: ConnectFlags): ConnectOptions {
  const framing = flags.framing ?? { kind: flags.json ? 'lines' : 'raw', options: {} }
  assertMaxFrame(framing, flags.maxFrame)
  return {
    endpoint: completeEndpoint(endpoint, 'localhost'),
    tls: readConnectTls(flags, endpoint),
    framing,
    maxFrame: flags.maxFrame,
    send: readSend(flags),
    escapes: flags.escapes ?? false,
    proxy: flags.proxy,
    family: readFamily(flags),
    source: flags.source,
    sendProxy: flags.sendProxy && (flags.sendProxy === 'v1' ? 1 : 2),
    crlf: flags.crlf ?? false,
    connectTimeout: flags.connectTimeout,
    idle: flags.idle,
    wait: readWait(flags),
    ...readStaying(flags),
    json: flags.json ?? false,
    hex: flags.hex ?? false,
    log: flags.log,
    mask: readMask(flags),
    quiet: flags.quiet ?? false,
  }
}

/** What is printed is the data of programs, or what a person asked for. */
function readMask({ mask, log }: ConnectFlags): string[] | undefined {
  if (mask === undefined || log !== undefined) return mask
  throw new UsageError(
    '--mask has no log to be for, and what is printed stays as it came',
    'add --log FILE, or leave it out',
  )
}

function readStaying({
  reconnect,
  heartbeat,
  heartbeatEvery,
  escapes,
}: ConnectFlags): Pick<ConnectOptions, 'reconnect' | 'heartbeat' | 'heartbeatEvery'> {
  if (heartbeat !== undefined && reconnect === undefined) {
    throw new UsageError('--heartbeat needs --reconnect', 'add it, or leave --heartbeat out')
  }
  if (heartbeatEvery !== undefined && heartbeat === undefined) {
    throw new UsageError(
      '--heartbeat-every needs --heartbeat',
      'say what to send: --heartbeat PING',
    )
  }
  return {
    reconnect: reconnect === true,
    heartbeat: heartbeat === undefined ? undefined : readText('--heartbeat', heartbeat, escapes),
    heartbeatEvery,
  }
}

function readWait({ wait, shutdown }: ConnectFlags): number {
  if (shutdown) return wait ?? defaultWait
  if (wait === undefined) return Infinity
  throw new UsageError('--no-shutdown waits for ever, and --wait does not', 'leave one of them out')
}

function readFamily({ ipv4, ipv6 }: ConnectFlags): 4 | 6 | undefined {
  if (ipv4 === true && ipv6 === true) {
    throw new UsageError('-4 and -6 leave nothing', 'choose one of them, or neither for both')
  }
  if (ipv4 === true) return 4
  return ipv6 === true ? 6 : undefined
}

function collect(text: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), text]
}
