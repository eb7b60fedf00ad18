import { type Command, Option } from 'commander'
import { UsageError } from '../failure.js'
import { type AccessFlags, addAccess } from '../arguments/flags/access-flags.js'
import { parseCount } from '../arguments/count.js'
import { parseDuration } from '../arguments/duration.js'
import { completeEndpoint } from '../arguments/endpoint.js'
import type { FramingChoice } from '../arguments/framing/choice.js'
import { framingHelp } from '../arguments/framing/explanation.js'
import { assertMaxFrame, parseFraming } from '../arguments/framing/parse.js'
import { proxyExamples } from '../arguments/help.js'
import { addMask, type MaskFlags } from '../arguments/flags/mask-flags.js'
import {
  addProxy,
  addSendProxy,
  type ProxyFlags,
  readProxy,
} from '../arguments/flags/proxy-flags.js'
import {
  addProxyTls,
  assertTls,
  type ProxyTlsFlags,
  readTlsIn,
  readTlsOut,
} from '../arguments/flags/proxy-tls-flags.js'
import { parseSize } from '../arguments/size.js'
import type { ProxyOptions } from './options.js'

/** What the command line says. */
export interface ProxyCommandFlags extends AccessFlags, ProxyFlags, ProxyTlsFlags, MaskFlags {
  framing: FramingChoice
  maxFrame?: number
  fault?: string[]
  seed?: number
  rules?: string
  log?: string
  pcapLive?: number
  api?: string
  apiHost?: string[]
  apiOpen?: true
  sendProxy?: 'v1' | 'v2'
  connectTimeout?: number
  writeTimeout?: number
  idle?: number
  drain?: number
  json?: true
  hex?: true
  quiet?: true
}

/** Add `hawser proxy`. */
export function addProxyCommand(
  program: Command,
  act: (options: ProxyOptions) => Promise<void>,
): void {
  const command = program
    .command('proxy')
    .summary('show, and break, what goes between a client and a server')
    .description('Stand between clients and a server, show both directions, and break them.')
    .argument('[listen]', 'where clients connect to')
    .argument('[target]', 'where the server is; both may be left out with --api')
    .addHelpText('after', proxyExamples)
    .action((listen: string | undefined, target: string | undefined, flags: ProxyCommandFlags) =>
      act(readProxyOptions(listen, target, flags)),
    )
  addFaults(command)
  addApi(command)
  addWays(command)
  addOutput(command, true)
}

/** Add who may come, how long it may take, and what is spoken on either side. */
export function addWays(command: Command): void {
  addAccess(command)
  addTimes(command)
  addProxyTls(command)
  addProxy(command)
  addSendProxy(command)
}

function addFaults(command: Command): void {
  command
    .optionsGroup('What it breaks:')
    .option('--fault <spec>', 'do this to the connections, see below; repeatable', collect)
    .option('--rules <file>', 'a module with rules: replace, drop, reply, …; see docs/proxy.md')
    .option('--seed <n>', 'repeat the chance of an earlier run', parseCount('--seed'))
}

function addApi(command: Command): void {
  command
    .optionsGroup('From outside:')
    .option('--api <endpoint>', "serve toxiproxy's REST API there: --api 8474")
    .option('--api-host <name>', 'a further name to ask it by; repeatable', collect)
    .option('--api-open', 'it, and proxies made through it, may listen anywhere')
}

function addTimes(command: Command): void {
  const time = (name: string, text: string, least = 1): Option =>
    new Option(`${name} <time>`, text).argParser(parseDuration(name, least))
  command
    .optionsGroup('How long they may take:')
    .addOption(time('--connect-timeout', 'how long reaching the target may take (default: 10s)'))
    .addOption(time('--write-timeout', 'reset those that take nothing (default: off)'))
    .addOption(time('--idle', 'end connections on which nothing moves (default: off)'))
    .addOption(time('--drain', 'how long Ctrl-C waits for work under way (default: 15s)', 0))
}

/** @param isLogOptional whether the log is one of the options */
export function addOutput(command: Command, isLogOptional: boolean): void {
  const heading = 'What it shows:'
  command
    .optionsGroup(heading)
    .addOption(
      new Option('-f, --framing <how>', framingHelp)
        .argParser(parseFraming)
        .default({ kind: 'raw', options: {} }, 'raw'),
    )
    .option(
      '--max-frame <size>',
      'the largest message to show as one (default: 1MiB)',
      parseSize('--max-frame'),
    )
    .option('--json', 'print one JSON object a line')
    .option('--hex', 'print the bytes of messages')
    .option('-q, --quiet', 'print only where it listens, and errors')
  command.option(
    '--pcap-live <port>',
    'show it in Wireshark: wireshark -k -i TCP@127.0.0.1:PORT',
    parseCount('--pcap-live'),
  )
  if (isLogOptional) command.option('--log <file>', 'write all of it to a session log as well')
  addMask(command, 'in what is shown, logged and served')
  command.addHelpOption(new Option('-h, --help', 'print this help').helpGroup(heading))
}

/** @throws UsageError */
export function readProxyOptions(
  listen: string | undefined,
  target: string | undefined,
  flags: ProxyCommandFlags,
): ProxyOptions {
  assertMaxFrame(flags.framing, flags.maxFrame)
  const [tlsIn, tlsOut] = [readTlsIn(flags, listen), readTlsOut(flags, target)]
  assertTls(flags, tlsIn, tlsOut)
  if (flags.starttls === true && flags.rules === undefined) {
    throw new UsageError('--starttls has no rule that says when', 'name a file with --rules FILE')
  }
  return {
    ...readPlaces(listen, target, flags),
    framing: flags.framing,
    maxFrame: flags.maxFrame,
    tlsIn,
    tlsOut,
    starttls: flags.starttls ?? false,
    proxyProtocol: readProxy(flags),
    sendProxy: flags.sendProxy && (flags.sendProxy === 'v1' ? 1 : 2),
    maxConnections: flags.maxConnections,
    atLimit: flags.atLimit,
    maxPerAddress: flags.maxPerAddress,
    allow: flags.allow,
    deny: flags.deny,
    connectRate: flags.connectRate,
    connectTimeout: flags.connectTimeout,
    // A pause is the affair of the two programs, however long it takes.
    writeTimeout: flags.writeTimeout ?? Infinity,
    idle: flags.idle,
    drain: flags.drain,
    faults: flags.fault ?? [],
    seed: readSeed(flags.seed),
    rules: flags.rules,
    mask: flags.mask,
    log: flags.log,
    pcapLive: flags.pcapLive,
    api: flags.api === undefined ? undefined : completeEndpoint(flags.api, '127.0.0.1'),
    apiOpen: flags.apiOpen ?? false,
    apiHosts: (flags.apiHost ?? []).map((name) => name.toLowerCase()),
    json: flags.json ?? false,
    hex: flags.hex ?? false,
    quiet: flags.quiet ?? false,
  }
}

/** A proxy of the command line, or none where the API makes them. */
function readPlaces(
  listen: string | undefined,
  target: string | undefined,
  { api, fault }: ProxyCommandFlags,
): Pick<ProxyOptions, 'listen' | 'target'> {
  if (listen !== undefined && target !== undefined) {
    return {
      listen: completeEndpoint(listen, '127.0.0.1'),
      target: completeEndpoint(target, 'localhost'),
    }
  }
  if (listen !== undefined || api === undefined) {
    const missing = listen === undefined ? 'the place to listen, with the target,' : 'the target'
    throw new UsageError(`${missing} is missing`, 'write hawser proxy 9000 6379')
  }
  if (fault !== undefined) {
    throw new UsageError('--fault has no proxy to be for', 'write hawser proxy 9000 6379 --fault …')
  }
  return { listen: undefined, target: undefined }
}

function readSeed(seed: number | undefined): number | undefined {
  if (seed === undefined || seed < 2 ** 32) return seed
  throw new UsageError(`--seed is ${seed}`, 'write a whole number below 4294967296')
}

function collect(text: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), text]
}
