import type { Command } from 'commander'
import { defaultDrain } from 'hawser'
import { expect, it } from 'vitest'
import { createProgram } from '../../src/program.js'

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)]
}

const program = createProgram('1.2.3', {
  serve: async () => {},
  connect: async () => {},
  cert: async () => {},
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
