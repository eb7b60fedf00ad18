import { expect, it } from 'vitest'
import type { ProgramDefinition } from '../../src/protocol/definition.js'
import { fromProgram, lineOf, newProgram, toProgram } from '../../web/views/start/program-draft.js'

const read: ProgramDefinition = {
  kind: 'program',
  name: 'program app.js',
  command: ['node', 'app.js'],
}

it('a command is asked for as a line, and a process by its number', () => {
  expect(lineOf({ ...newProgram('program'), command: ' node app.js ' })).toBe(
    'hawser inspect -- node app.js',
  )
  expect(lineOf({ ...newProgram('process'), pid: '4711' })).toBe('hawser inspect --pid 4711')
  // Nothing of it becomes another flag.
  expect(lineOf({ ...newProgram('process'), pid: '1 --yes' })).toBe(
    "hawser inspect --pid '1 --yes'",
  )
})

it.each<ProgramDefinition>([
  read,
  { ...read, name: 'mine', folder: '/my shop', http2: true, only: ['port=1', 'pid=2,role=accept'] },
  { kind: 'program', name: 'process 4711', pid: 4711 },
  { kind: 'program', name: 'process 4711', pid: 4711, yes: true },
])('%j is changed without a loss', (definition) => {
  const { command, pid } = definition
  const line: ProgramDefinition = {
    ...{ kind: 'program', name: 'by the line' },
    ...(command === undefined ? { pid } : { command }),
  }
  expect(toProgram(fromProgram(definition), line)).toEqual(definition)
})

it('words are shown as they are quoted in a shell', () => {
  const command = ['node', 'my app.js', "it's", '', '--port=1', '$HOME']
  expect(fromProgram({ ...read, command }).command).toBe(
    String.raw`node 'my app.js' 'it'\''s' '' --port=1 '$HOME'`,
  )
})

it('what the fields leave out is as the line has it', () => {
  const draft = { ...newProgram('program'), command: 'node app.js' }
  expect(toProgram(draft, read)).toEqual(read)
  // A process has no folder, and a command no agreement.
  expect(toProgram({ ...newProgram('process'), folder: '/a', pid: '1' }, read)).toEqual(read)
  expect(toProgram({ ...draft, isSure: true }, read)).toEqual(read)
})
