import { Command, Option } from 'commander'
import type { CertOptions } from '../certificate/options.js'
import type { ConnectOptions } from '../connect/options.js'
import type { ServeOptions } from '../serve/options.js'
import { addCert } from './cert-command.js'
import { parseCount, parsePositive } from './count.js'
import { parseDuration } from './duration.js'
import { framingForms, type FramingChoice, parseFraming } from './framing.js'
import { connectExamples, mainExamples, serveExamples } from './help.js'
import { collectList } from './list.js'
import { parseRate, type Rate } from './rate.js'
import {
  addConnectTls,
  addServeTls,
  type ConnectTlsFlags,
  readConnectTls,
  readServeTls,
  type ServeTlsFlags,
} from './tls-flags.js'

/** What a command line asks for. Each settles with the exit code. */
export interface Actions {
  serve(options: ServeOptions): Promise<void>
  connect(options: ConnectOptions): Promise<void>
  cert(options: CertOptions): Promise<void>
}

const defaultEndpoint = 'tcp://127.0.0.1:8000'
const defaultDrain = 15_000
const framingHelp = `how bytes are cut into messages: ${framingForms}`

interface ServeFlags extends ServeTlsFlags {
  echo?: true
  chat?: true
  greeting?: string
  httpHello?: true
  framing: FramingChoice
  maxConnections?: number
  atLimit?: 'reject' | 'pause'
  perAddress?: number
  allow?: string[]
  deny?: string[]
  connectRate?: Rate
  idle?: number
  drain: number
  metrics?: string
  crlf?: true
  json?: true
  hex?: true
  quiet?: true
}

interface ConnectFlags extends ConnectTlsFlags {
  framing?: FramingChoice
  send?: string[]
  crlf?: true
  timeout?: number
  idle?: number
  json?: true
  hex?: true
  quiet?: true
}

/** The command line's grammar. */
export function createProgram(version: string, actions: Actions): Command {
  const program = new Command('hawser')
  const silent = (): void => {}
  program
    .description('Serve, watch and talk to TCP endpoints from a terminal.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', mainExamples)
    .exitOverride()
    .configureOutput({ writeErr: silent, outputError: silent })
    .configureHelp({ sortOptions: false })
  addServe(program, actions)
  addConnect(program, actions)
  addCert(program, (options) => actions.cert(options))
  return program
}

function addServe(program: Command, actions: Actions): void {
  const command = program
    .command('serve')
    .summary('run a TCP server and show what reaches it')
    .description('Run a TCP server and show every connection and every message as they happen.')
    .argument('[endpoint...]', `where to listen (default: ${defaultEndpoint})`)
    .option('--echo', 'send every message back')
    .addOption(new Option('--chat', 'relay every message to the other clients').conflicts('echo'))
    .option('--greeting <text>', 'send this to every client that connects')
    .option('--http-hello', 'answer HTTP requests with a page that says what reached the server')
    .addOption(
      new Option('-f, --framing <how>', framingHelp)
        .argParser(parseFraming)
        .default({ kind: 'lines' }, 'lines'),
    )
    .option('--crlf', 'end the lines that are sent with CRLF')
    .option('--max-connections <n>', 'let in no more than this', parseCount('--max-connections'))
    .addOption(
      new Option('--at-limit <what>', 'reject those beyond it, or let them wait (pause)').choices([
        'reject',
        'pause',
      ]),
    )
    .option(
      '--per-address <n>',
      'refuse more than this from one address',
      parsePositive('--per-address'),
    )
    .option('--allow <list>', 'let in only these addresses, blocks, ranges, files', collectList)
    .option('--deny <list>', 'keep out these addresses, blocks, ranges, files', collectList)
    .option(
      '--connect-rate <rate>',
      'refuse an address that connects faster',
      parseRate('--connect-rate'),
    )
    .option('--idle <time>', 'end connections on which nothing moves', parseDuration('--idle'))
    .addOption(
      new Option('--drain <time>', 'how long Ctrl-C waits for work under way')
        .argParser(parseDuration('--drain', 0))
        .default(defaultDrain, '15s'),
    )
    .option('--metrics <endpoint>', 'serve /metrics, /healthz and /readyz there over HTTP')
    .option('--json', 'print one JSON object a line')
    .option('--hex', 'print the bytes of messages')
    .option('-q, --quiet', 'print only where it listens, and errors')
    .addHelpText('after', serveExamples)
    .action(async (endpoints: string[], flags: ServeFlags) => {
      const tls = readServeTls(flags, endpoints)
      const usual = tls === undefined ? defaultEndpoint : defaultEndpoint.replace('tcp', 'tls')
      await actions.serve({
        endpoints:
          endpoints.length === 0
            ? [usual]
            : endpoints.map((endpoint) => completeEndpoint(endpoint, '127.0.0.1')),
        tls,
        framing: flags.framing,
        mode: flags.echo ? 'echo' : flags.chat ? 'chat' : 'print',
        greeting: flags.greeting,
        httpHello: flags.httpHello ?? false,
        maxConnections: flags.maxConnections,
        atLimit: flags.atLimit,
        perAddress: flags.perAddress,
        allow: flags.allow,
        deny: flags.deny,
        connectRate: flags.connectRate,
        idle: flags.idle,
        drain: flags.drain,
        metrics:
          flags.metrics === undefined ? undefined : completeEndpoint(flags.metrics, '127.0.0.1'),
        crlf: flags.crlf ?? false,
        json: flags.json ?? false,
        hex: flags.hex ?? false,
        quiet: flags.quiet ?? false,
      })
    })
  addServeTls(command)
}

function addConnect(program: Command, actions: Actions): void {
  const command = program
    .command('connect')
    .summary('talk to a TCP endpoint')
    .description('Connect stdin and stdout to a TCP endpoint.')
    .argument('<endpoint>', 'where to connect')
    .addOption(
      new Option(
        '-f, --framing <how>',
        `${framingHelp} (default: raw, with --json lines)`,
      ).argParser(parseFraming),
    )
    .option('--send <text>', 'send this instead of stdin; may be repeated', collect)
    .option('--crlf', 'end the lines that are sent with CRLF')
    .option(
      '--timeout <time>',
      'how long connecting may take (default: 10s)',
      parseDuration('--timeout'),
    )
    .option('--idle <time>', 'end when nothing moves for this long', parseDuration('--idle'))
    .option('--json', 'print each message as a JSON object')
    .option('--hex', 'print the bytes of messages')
    .option('-q, --quiet', 'print no notices')
    .addHelpText('after', connectExamples)
    .action(async (endpoint: string, flags: ConnectFlags) => {
      await actions.connect({
        endpoint: completeEndpoint(endpoint, 'localhost'),
        tls: readConnectTls(flags, endpoint),
        framing: flags.framing ?? { kind: flags.json ? 'lines' : 'raw' },
        send: flags.send,
        crlf: flags.crlf ?? false,
        timeout: flags.timeout,
        idle: flags.idle,
        json: flags.json ?? false,
        hex: flags.hex ?? false,
        quiet: flags.quiet ?? false,
      })
    })
  addConnectTls(command)
}

/** A port alone is this machine's own: being reachable from elsewhere is a choice. */
function completeEndpoint(endpoint: string, host: string): string {
  return /^\d+$/.test(endpoint) ? `${host}:${endpoint}` : endpoint
}

function collect(text: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), text]
}
