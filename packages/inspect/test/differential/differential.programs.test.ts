import { beforeAll, describe, expect, it } from 'vitest'
import { createAuthority } from '../../../../test/support/certificates.js'
import { createFolder } from '../../../../test/support/folders.js'
import { findMissing, findUnequalEnds, lossOf, problemsOf, unseenOf } from '../support/compare.js'
import {
  runAlone,
  runBare,
  runOrphaned,
  runTapped,
  type TappedRun,
  type Wish,
} from '../support/run-program.js'

/** The files of a certificate that some of them serve with. */
let certificate: Record<string, string>

beforeAll(async () => {
  const authority = await createAuthority('a test')
  const { cert, key } = await authority.issue({ name: 'a.test', names: ['a.test', '127.0.0.1'] })
  certificate = { 'cert.pem': cert, 'key.pem': key }
})

/** Programs with their arguments, how they are run, and which of their connections cannot be shown. */
const programs: [program: string, wish?: Wish, unseen?: number][] = [
  ['net.cjs'],
  ['net.cjs', { pipes: 0 }],
  ['unseen.cjs immediate'],
  ['unseen.cjs requests'],
  ['unseen.cjs descriptors'],
  ['streams.cjs'],
  ['http.cjs'],
  ['tls.cjs'],
  ['http2.cjs', {}, 4],
  ['http2.cjs seen', { http2: true }, 2],
  ['visible.cjs'],
  ['patches.cjs'],
  ['net.cjs', { agent: 'support/agent.cjs' }],
  ['hooks.cjs'],
  ['watchful.cjs hooks'],
  ['watchful.cjs sockets'],
  ['watchful.cjs iterator'],
  ['processes.cjs roundRobin'],
  ['processes.cjs shared'],
  ['processes.cjs handed'],
  ['processes.cjs handedServer'],
  ['processes.cjs threads'],
  ['processes.cjs threads', { pipes: 1 }],
  ['processes.cjs pipes'],
]

const throwing = [
  'data',
  'connection',
  'connect',
  'end',
  'close',
  'write',
  'onread',
  'request',
  'body',
  'response',
  'unhandled',
  'rejected',
]
programs.push(...throwing.map((mode): [string] => [`throws.cjs ${mode}`]))
programs.push(...throwing.map((mode): [string] => [`throws.cjs ${mode} handled`]))
programs.push(['throws.cjs arguments'], ['throws.cjs recursion'])

const ending = [
  'natural',
  'exit',
  'exitCode',
  'late',
  'unref',
  'unrefServer',
  'thrown',
  'rejected',
  'killed',
  'terminated',
  'handledSignal',
  'reallyExit',
  'nothing',
  'afterBeforeExit',
]
programs.push(...ending.map((mode): [string] => [`exits.cjs ${mode}`]))

describe.each(programs)('%s', (program, wish = {}, unseen = 0) => {
  it('does the same with an inspector, which sees what it sent and got', async () => {
    const place = createFolder(certificate)
    const bare = await runBare(place, program, wish)
    const { run, truth, readers } = await runWhole(place, program, wish)
    expect(run).toEqual(bare)
    expect(problemsOf(readers)).toEqual([])
    expect(lossOf(readers)).toEqual({ bytes: 0, rows: 0 })
    const hidden = unseenOf(readers)
    expect(hidden.slice(unseen)).toEqual([])
    expect(hidden).toHaveLength(unseen)
    expect(findUnequalEnds(readers)).toEqual([])
    expect(findMissing(truth, readers)).toEqual([])
  })
})

/** On a busy machine the collector may get the processor too late, and has a loss, which is counted: then once more. */
async function runWhole(place: string, program: string, wish: Wish): Promise<TappedRun> {
  for (let again = 9; ; again--) {
    const tapped = await runTapped(place, program, wish)
    if (again === 0 || lossOf(tapped.readers).rows === 0) return tapped
  }
}

const alone = [
  'net.cjs',
  'http.cjs',
  'exits.cjs nothing',
  'exits.cjs afterBeforeExit',
  'unseen.cjs immediate',
  'unseen.cjs requests',
]

it.each(alone)('%s does the same with a tap and no inspector there', async (program) => {
  const place = createFolder(certificate)
  const bare = await runBare(place, program)
  expect(await runAlone(place, program)).toEqual(bare)
})

it.runIf(process.platform !== 'win32').each(['unseen.cjs immediate', 'unseen.cjs requests'])(
  '%s does the same with a tap whose inspector was killed',
  async (program) => {
    const place = createFolder()
    const bare = await runBare(place, program)
    expect(await runOrphaned(place, program)).toEqual(bare)
  },
)
