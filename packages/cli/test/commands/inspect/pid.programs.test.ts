import { expect, it } from 'vitest'
import { Command } from '../../support/command.js'

/** A program that says a line ten times a second to a server of its own. Its debug port is any that is free. */
async function ticking(): Promise<{ readonly program: Command; readonly pid: string }> {
  const script = `
    const { connect, createServer } = require('node:net')
    const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', () => {
      const client = connect(server.address().port, '127.0.0.1', () => console.log('ready', process.pid))
      setInterval(() => client.write('tick\\n'), 100)
      process.on('SIGUSR2', () => process.exit(0))
    })`
  const program = new Command(process.execPath, ['--inspect-port=0', '-e', script])
  const [, pid = ''] = await program.prints(/ready (\d+)/)
  return { program, pid }
}

it('a process that runs already is watched from now on, and goes on when that ends', async () => {
  const { program, pid } = await ticking()
  const inspecting = Command.hawser(['inspect', '--pid', pid, '--yes', '--only', 'role=accept'])
  await inspecting.complains(/@1 accepted .* node \d+ \(1 open\)[^]*@1 out 5 B tick\\n/)
  inspecting.kill('SIGINT')
  const { code, stdout, stderr } = await inspecting.ended
  expect([code, stdout]).toEqual([0, ''])
  expect(stderr).toMatch(/^Process \d+ \(.*will be sent SIGUSR1\..*can run code in the process/m)
  expect(stderr).toMatch(/^worker threads and children of process \d+ are not seen/m)
  expect(stderr).toMatch(/^seen: 1 connection of 1 thread, 1 of them still open, /m)
  program.kill('SIGUSR2')
  expect((await program.ended).code).toBe(0)
})

it('it ends with the process', async () => {
  const { program, pid } = await ticking()
  const inspecting = Command.hawser(['inspect', '--pid', pid, '-y'])
  await inspecting.complains(/@1 in 5 B tick[^]*@2 in 5 B tick|@2 in 5 B tick[^]*@1 in 5 B tick/)
  program.kill('SIGUSR2')
  const { code, stderr } = await inspecting.ended
  expect(code).toBe(0)
  expect(stderr).toMatch(/^\S+ process node \d+ ended$/m)
  expect(stderr).toMatch(/^seen: 2 connections of 1 thread, /m)
})

it('one that ends in the moment it is watched has been watched to its end', async () => {
  // It is told of the tap, and does not look for it: that would take the processor that its inspector needs to open.
  const script = `
    const { defineProperty } = Object
    Object.defineProperty = (...words) => {
      if (words[1] === Symbol.for('hawser.tap')) setImmediate(() => process.exit())
      return defineProperty(...words)
    }
    setInterval(() => {}, 1e6)
    console.log('ready', process.pid)`
  const program = new Command(process.execPath, ['--inspect-port=0', '-e', script])
  const [, pid = ''] = await program.prints(/ready (\d+)/)
  const { code, stderr } = await Command.hawser(['inspect', '--pid', pid, '-y']).ended
  expect([code, stderr]).toEqual([0, expect.stringMatching(/process node \d+ ended$/m)])
  expect(stderr).toMatch(/^seen: 0 connections of 1 thread, /m)
})

it('without a terminal to ask at, nothing is sent to the process', async () => {
  const { program, pid } = await ticking()
  const { code, stderr } = await Command.hawser(['inspect', '--pid', pid]).ended
  expect(code).toBe(2)
  expect(stderr).toMatch(/^hawser: Process \d+ .*: pass --yes to say that it may\n$/)
  expect(program.complained).toBe('')
})

it('a process that does not exist is said', async () => {
  const { code, stderr } = await Command.hawser(['inspect', '--pid', '4194303', '--yes']).ended
  expect([code, stderr]).toEqual([1, 'hawser: there is no process 4194303\n'])
})
