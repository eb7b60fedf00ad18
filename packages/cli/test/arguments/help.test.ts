import type { Command } from 'commander'
import { defaultDrain } from 'hawser'
import { expect, it } from 'vitest'
import {
  checksumKinds,
  checksumNames,
  framingForms,
  lengthNotations,
} from '../../src/arguments/framing/forms.js'
import { createProgram } from '../../src/program.js'

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)]
}

const program = createProgram('1.2.3', {
  serve: async () => {},
  connect: async () => {},
  proxy: async () => {},
  inspect: async () => {},
  replay: async () => {},
  cert: async () => {},
  log: async () => {},
  workbench: async () => {},
  run: async () => {},
})

it.each(everyCommand(program).map((command) => [command.name(), command] as const))(
  'the help of %s fits a terminal of 80 columns',
  (_name, command) => {
    let help = ''
    command.configureOutput({ writeOut: (text) => (help += text) })
    command.outputHelp()
    expect(help).toContain('Examples:')
    expect(help.split('\n').filter((line) => line.length > 80)).toEqual([])
  },
)

it('the help of serve names the drain that the library has when --drain is not set', () => {
  let help = ''
  const serve = program.commands.find((command) => command.name() === 'serve')
  serve?.configureOutput({ writeOut: (text) => (help += text) })
  serve?.outputHelp()
  expect(help.replace(/\s+/g, ' ')).toMatch(
    new RegExp(`--drain <time> [^(]*\\(default: ${defaultDrain / 1000}s\\)`),
  )
})

it('the help of framing names everything that --framing takes', () => {
  let help = ''
  const topic = program.commands.find((command) => command.name() === 'framing')
  topic?.configureOutput({ writeOut: (text) => (help += text) })
  topic?.outputHelp()
  const words = new Set(help.match(/[\w-]+(?:\.\w+)?/g))
  const forms = Object.entries(framingForms)
  const names = [
    ...forms.map(([name]) => name),
    ...forms.flatMap(([, { options }]) => Object.keys(options)),
    ...Object.values({ ...Object.assign({}, ...forms.map(([, { options }]) => options)) })
      .filter((kind): kind is string[] => Array.isArray(kind))
      .flat(),
    ...checksumNames,
    ...Object.keys(checksumKinds).map((name) => `checksum.${name}`),
    ...Object.keys(lengthNotations),
  ]
  expect(names.filter((name) => !words.has(name))).toEqual([])
})
