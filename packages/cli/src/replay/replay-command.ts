import { type Command, Option } from 'commander'
import { parsePositive } from '../arguments/count.js'
import { parseDuration } from '../arguments/duration.js'
import { completeEndpoint } from '../arguments/endpoint.js'
import type { FramingChoice } from '../arguments/framing/choice.js'
import { framingHelp } from '../arguments/framing/explanation.js'
import { assertMaxFrame, parseFraming } from '../arguments/framing/parse.js'
import { replayExamples } from '../arguments/help.js'
import { parseSize } from '../arguments/size.js'
import {
  addConnectTls,
  type ConnectTlsFlags,
  readConnectTls,
  readServeTls,
} from '../arguments/flags/tls-flags.js'
import { UsageError } from '../failure.js'
import type { Expect } from './judge/create-judge.js'
import { type Mask, parseMask } from './judge/mask.js'
import type { ReplayOptions } from './options.js'

const defaultWait = 5_000
const defaultConnections = 1_000

interface ReplayFlags extends ConnectTlsFlags {
  to?: string
  asServer?: string
  connection?: number
  speed: number
  repeat: number
  expect?: Expect
  mask?: Mask[]
  framing?: FramingChoice
  maxFrame?: number
  match?: 'order' | 'frames'
  wait: number
  connectTimeout?: number
  maxConnections: number
  quiet?: true
}

/** Add `hawser replay`. */
export function addReplay(program: Command, act: (options: ReplayOptions) => Promise<void>): void {
  const command = program
    .command('replay')
    .summary('play a session log again, and compare')
    .description('Play the clients, or the server, of a session log again, and compare.')
    .argument('<file>', 'the session log, or its folder')
    .addHelpText('after', replayExamples)
    .action((file: string, flags: ReplayFlags) => act(readReplay(file, flags)))
  addRoles(command)
  addComparison(command)
  addPace(command)
  addConnectTls(command)
  const heading = 'What it shows:'
  command
    .optionsGroup(heading)
    .option('-q, --quiet', 'print only what was not as recorded')
    .addHelpOption(new Option('-h, --help', 'print this help').helpGroup(heading))
}

function addRoles(command: Command): void {
  command
    .optionsGroup('Who is played:')
    .option('--to <target>', 'play the clients to this server')
    .option('--as-server <listen>', 'play the server to clients that come here')
    .option('--connection <n>', 'only this connection', parsePositive('--connection'))
    .addOption(
      new Option('--repeat <n>', 'so many times, or endless')
        .argParser(parseRepeat)
        .default(1, '1'),
    )
}

function addComparison(command: Command): void {
  command
    .optionsGroup('What has to be as recorded:')
    .addOption(
      new Option('--expect <what>', 'bytes, length, frames or none (default: bytes)').choices([
        'bytes',
        'length',
        'frames',
        'none',
      ]),
    )
    .option('--mask <mask>', 'these may be anything: 16-31, or a regex; repeatable', collectMask)
    .addOption(
      new Option('-f, --framing <how>', `compare by messages: ${framingHelp}`).argParser(
        parseFraming,
      ),
    )
    .option('--max-frame <size>', 'the largest message (default: 1MiB)', parseSize('--max-frame'))
    .addOption(
      new Option('--match <how>', 'wait for as many bytes (order), or as many frames').choices([
        'order',
        'frames',
      ]),
    )
}

function addPace(command: Command): void {
  command
    .optionsGroup('How fast:')
    .addOption(
      new Option('--speed <n>', '1 pauses as recorded, 10 a tenth of it, max never')
        .argParser(parseSpeed)
        .default(Infinity, 'max'),
    )
    .addOption(
      new Option('--wait <time>', 'how long the other side may be silent')
        .argParser(parseDuration('--wait'))
        .default(defaultWait, '5s'),
    )
    .option(
      '--connect-timeout <time>',
      'how long connecting may take (default: 10s)',
      parseDuration('--connect-timeout'),
    )
    .addOption(
      new Option('--max-connections <n>', 'connections at a time')
        .argParser(parsePositive('--max-connections'))
        .default(defaultConnections, '1000'),
    )
}

function readReplay(file: string, flags: ReplayFlags): ReplayOptions {
  const { connection, speed, repeat, mask = [], maxFrame, wait, connectTimeout } = flags
  const { maxConnections, quiet = false } = flags
  const { expect, framing } = readExpect(flags)
  if (framing !== undefined) assertMaxFrame(framing, maxFrame)
  return {
    file,
    how: readHow(flags),
    connection,
    speed,
    repeat,
    expect,
    masks: mask,
    framing,
    maxFrame,
    wait,
    connectTimeout,
    maxConnections,
    quiet,
  }
}

function readHow(flags: ReplayFlags): ReplayOptions['how'] {
  const { to, asServer } = flags
  if ((to === undefined) === (asServer === undefined)) {
    throw new UsageError(
      to === undefined ? 'it is not said who is played' : '--to and --as-server are two commands',
      'write --to host:port to play the clients, or --as-server port to play the server',
    )
  }
  if (asServer !== undefined) {
    refuseOfClient(flags)
    return {
      as: 'server',
      listen: completeEndpoint(asServer, '127.0.0.1'),
      tls: readServeTls(flags, [asServer]),
    }
  }
  const target = to ?? ''
  return {
    as: 'client',
    target: completeEndpoint(target, 'localhost'),
    tls: readConnectTls(flags, target),
  }
}

/** A server is told with the flags of `hawser serve`; these are those of a client. */
function refuseOfClient({ servername, insecure, pin }: ReplayFlags): void {
  const given = Object.entries({ '--servername': servername, '--insecure': insecure, '--pin': pin })
  const [wrong] = given.find(([, value]) => value !== undefined) ?? []
  if (wrong === undefined) return
  throw new UsageError(`${wrong} is for --to: --as-server verifies no server`, 'leave it out')
}

function readExpect({
  expect: asked,
  framing,
  match,
  mask,
}: ReplayFlags): Pick<ReplayOptions, 'expect' | 'framing'> {
  const expect = asked ?? (framing === undefined ? 'bytes' : 'frames')
  if (framing?.kind === 'silence') {
    throw new UsageError(
      '--framing silence cuts by time, and a replay has another time',
      'leave it out: bytes are compared however they come',
    )
  }
  const isCut = framing !== undefined && framing.kind !== 'raw'
  if ((expect === 'frames' || match === 'frames') && !isCut) {
    const flag = expect === 'frames' ? '--expect frames' : '--match frames'
    throw new UsageError(`${flag} needs a framing`, 'say how messages are cut: --framing lines')
  }
  if (match === 'frames' && (expect === 'bytes' || expect === 'length')) {
    throw new UsageError(
      `--match frames does not go with --expect ${expect}`,
      'write --expect frames, or --expect none',
    )
  }
  if (match === 'order' && expect === 'frames') {
    throw new UsageError('--match order does not go with --expect frames', 'leave one of them out')
  }
  if (mask !== undefined && (expect === 'length' || expect === 'none')) {
    throw new UsageError(`--expect ${expect} compares no bytes`, 'leave --mask out')
  }
  const isByFrames = expect === 'frames' || (expect === 'none' && match === 'frames')
  return { expect, framing: isByFrames ? framing : undefined }
}

function parseSpeed(text: string): number {
  if (text === 'max') return Infinity
  const speed = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && speed > 0) return speed
  throw new UsageError(
    `--speed is a factor, not ${JSON.stringify(text)}`,
    'write 1 for pauses as recorded, 10 for a tenth of them, or max for none',
  )
}

function parseRepeat(text: string): number {
  return text === 'endless' ? Infinity : parsePositive('--repeat')(text)
}

function collectMask(text: string, previous: Mask[] | undefined): Mask[] {
  return [...(previous ?? []), parseMask(text)]
}
