import { type Command, Option } from 'commander'
import type { ServeOptions } from './options.js'
import { type AccessFlags, addAccess } from '../arguments/flags/access-flags.js'
import { UsageError } from '../failure.js'
import { parseWorkers } from '../arguments/count.js'
import { completeEndpoint } from '../arguments/endpoint.js'
import type { FramingChoice } from '../arguments/framing/choice.js'
import { framingHelp } from '../arguments/framing/explanation.js'
import { assertMaxFrame, parseFraming } from '../arguments/framing/parse.js'
import { serveExamples } from '../arguments/help.js'
import { logLimitOption } from '../arguments/flags/log-limit.js'
import { addMask, type MaskFlags } from '../arguments/flags/mask-flags.js'
import { addNats, type NatsFlags, readNats } from '../arguments/flags/nats-flags.js'
import { addProxy, type ProxyFlags, readProxy } from '../arguments/flags/proxy-flags.js'
import { addEscapes, readText } from '../arguments/flags/send-flags.js'
import { parseSize } from '../arguments/size.js'
import { addTimeouts, type TimeoutFlags } from '../arguments/flags/timeout-flags.js'
import { addServeTls, readServeTls, type ServeTlsFlags } from '../arguments/flags/tls-flags.js'

const defaultEndpoint = 'tcp://127.0.0.1:8000'

interface ServeFlags
  extends AccessFlags, TimeoutFlags, ServeTlsFlags, ProxyFlags, NatsFlags, MaskFlags {
  echo?: true
  greeting?: string
  escapes?: true
  httpHello?: true
  framing: FramingChoice
  maxFrame?: number
  workers?: number | 'auto'
  metrics?: string
  crlf?: true
  json?: true
  hex?: true
  log?: string
  page?: string | true
  pageOpen?: true
  logLimit?: number
  quiet?: true
}

/** Add `hawser serve`. */
export function addServe(program: Command, act: (options: ServeOptions) => Promise<void>): void {
  const command = program
    .command('serve')
    .summary('run a TCP server and show what reaches it')
    .description('Run a TCP server and show every connection and every message as they happen.')
    .argument('[endpoint...]', `where to listen (default: ${defaultEndpoint})`)
    .addHelpText('after', serveExamples)
    .action((endpoints: string[], flags: ServeFlags) => act(readServe(endpoints, flags)))
  addMessages(command)
  addAccess(command)
  addTimeouts(command)
  addServeTls(command)
  addProxy(command)
  addNats(command)
  addOutput(command)
}

function addMessages(command: Command): void {
  command
    .optionsGroup('What it does:')
    .option('--echo', 'send every message back')
    .addOption(new Option('--chat', 'relay every message to the other clients').conflicts('echo'))
    .option('--greeting <text>', 'send this to every client that connects')
    .option('--http-hello', 'reply to HTTP requests with a page that says what reached the server')
    .addOption(
      new Option('-f, --framing <how>', framingHelp)
        .argParser(parseFraming)
        .default({ kind: 'lines', options: {} }, 'lines'),
    )
    .option(
      '--max-frame <size>',
      'the largest message to take (default: 1MiB)',
      parseSize('--max-frame'),
    )
  addEscapes(command, 'in --greeting and typed lines')
  command
    .option('--crlf', 'end the lines that are sent with CRLF')
    .option('--workers <n>', 'serve with so many processes, or auto: one a processor', parseWorkers)
}

function addOutput(command: Command): void {
  const heading = 'What it shows:'
  command
    .optionsGroup(heading)
    .option('--metrics <endpoint>', 'serve /metrics, /healthz and /readyz there over HTTP')
    .option('--page [endpoint]', 'show all of it on a page, for a browser on this machine')
    .option('--page-open', 'it may be served where other machines reach it')
    .option('--log <file>', 'write all of it to a session log as well')
    .addOption(logLimitOption())
  addMask(command, 'in each message that is shown, and in the log')
  command
    .option('--json', 'print one JSON object a line')
    .option('--hex', 'print the bytes of messages')
    .option('-q, --quiet', 'print only where it listens, and errors')
    .addHelpOption(new Option('-h, --help', 'print this help').helpGroup(heading))
}

function readLogFile({ log, workers }: ServeFlags): string | undefined {
  if (log === undefined || workers === undefined) return log
  const remedy = 'a log has one writer: leave one of them out'
  throw new UsageError('--log and --workers do not go together', remedy)
}

/** A port alone is this machine's; without one it is any that is free. */
function readPage({
  page,
  pageOpen,
  logLimit,
  workers,
}: ServeFlags): Pick<ServeOptions, 'page' | 'pageOpen' | 'logLimit'> {
  if (page === undefined) {
    if (logLimit !== undefined) {
      throw new UsageError('--log-limit is of the log of a page', 'add --page')
    }
    if (pageOpen === undefined) return { page: undefined, pageOpen: false, logLimit }
    throw new UsageError('--page-open has no page to open', 'add --page ENDPOINT')
  }
  if (workers !== undefined) {
    const remedy = 'the page shows the connections of one process: leave one of them out'
    throw new UsageError('--page and --workers do not go together', remedy)
  }
  const endpoint = page === true ? '0' : page
  return { page: completeEndpoint(endpoint, '127.0.0.1'), pageOpen: pageOpen === true, logLimit }
}

function readServe(endpoints: readonly string[], flags: ServeFlags): ServeOptions {
  const { framing, metrics } = flags
  assertMaxFrame(framing, flags.maxFrame)
  const tls = readServeTls(flags, endpoints)
  const usual = tls === undefined ? defaultEndpoint : defaultEndpoint.replace('tcp', 'tls')
  return {
    endpoints:
      endpoints.length === 0
        ? [usual]
        : endpoints.map((endpoint) => completeEndpoint(endpoint, '127.0.0.1')),
    tls,
    proxyProtocol: readProxy(flags),
    nats: readNats(flags),
    framing,
    maxFrame: flags.maxFrame,
    mode: flags.echo ? 'echo' : flags.chat ? 'chat' : 'print',
    greeting: flags.greeting
      ?.split('\n')
      .map((line) => readText('--greeting', line, flags.escapes)),
    escapes: flags.escapes ?? false,
    httpHello: flags.httpHello ?? false,
    maxConnections: flags.maxConnections,
    atLimit: flags.atLimit,
    maxPerAddress: flags.maxPerAddress,
    allow: flags.allow,
    deny: flags.deny,
    connectRate: flags.connectRate,
    firstByteTimeout: flags.firstByteTimeout,
    frameTimeout: flags.frameTimeout,
    writeTimeout: flags.writeTimeout,
    minimumRate: flags.minimumRate,
    idle: flags.idle,
    drain: flags.drain,
    workers: flags.workers,
    metrics: metrics === undefined ? undefined : completeEndpoint(metrics, '127.0.0.1'),
    crlf: flags.crlf ?? false,
    json: flags.json ?? false,
    hex: flags.hex ?? false,
    log: readLogFile(flags),
    mask: flags.mask,
    ...readPage(flags),
    quiet: flags.quiet ?? false,
  }
}
