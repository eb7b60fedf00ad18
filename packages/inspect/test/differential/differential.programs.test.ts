import { describe, expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { findMissing, findUnequalEnds, lossOf, problemsOf, unseenOf } from '../support/compare.js'
import { runAlone, runBare, runTapped, type Wish } from '../support/run-program.js'

/** Programs with their arguments, how they are run, and which of their connections cannot be shown. */
const programs: [program: string, wish?: Wish, unseen?: number][] = [
  ['net.cjs'],
  ['streams.cjs'],
  ['http.cjs'],
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
    const place = createFolder()
    const bare = await runBare(place, program, wish)
    const { run, truth, readers } = await runTapped(place, program, wish)
    expect(run).toEqual(bare)
    expect(problemsOf(readers)).toEqual([])
    expect(lossOf(readers)).toEqual({ bytes: 0, rows: 0 })
    const hidden = unseenOf(readers)
    if (hidden.length !== unseen) expect(hidden).toEqual(`${unseen} connections`)
    expect(findUnequalEnds(readers)).toEqual([])
    expect(findMissing(truth, readers)).toEqual([])
  })

  it('does the same with no inspector there', async () => {
    const place = createFolder()
    const bare = await runBare(place, program, wish)
    expect(await runAlone(place, program, wish)).toEqual(bare)
  })
})
