import { readdirSync } from 'node:fs'
import { expect, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { itPeer } from '../../../../test/support/peers.js'
import { until } from '../../../../test/support/until.js'
import { Command } from '../support/command.js'

const linkPattern = /#token=([\w-]{32})/g

function tokensOf(command: Command): Set<string> {
  return new Set([...command.printed.matchAll(linkPattern)].map(([, token = '']) => token))
}

itPeer(
  'script',
  'Enter alone prints a fresh link, in serve --page as in workbench',
  async (script) => {
    for (const [words, ready] of [
      [['serve', '0', '--page'], /npx --no hawser connect/],
      [['workbench'], /Ctrl-C ends/],
    ] as const) {
      const command = Command.inTerminal(script, words)
      await command.prints(ready)
      expect(tokensOf(command).size).toBe(1)
      command.type('\r')
      await command.prints(/#token=[^]*#token=[\w-]{32}/)
      expect(tokensOf(command).size).toBe(2)
      // Ctrl-C
      command.type('\x03')
      expect((await command.ended).code).toBe(0)
    }
  },
)

itPeer('script', 'Enter alone does nothing where there is no page', async (script) => {
  const command = Command.inTerminal(script, ['serve', '0'])
  await command.prints(/npx --no hawser connect/)
  command.type('\r')
  command.type('hello\r')
  await command.prints(/not sent: no client is connected/)
  expect(tokensOf(command).size).toBe(0)
  command.type('\x03')
  expect((await command.ended).code).toBe(0)
})

itPeer('script', 'a terminal that goes takes serve --page along, and its log', async (script) => {
  const folder = createFolder()
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = folder
  onTestFinished(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  })
  const command = Command.inTerminal(script, ['serve', '0', '--page'])
  await command.prints(/npx --no hawser connect/)
  expect(readdirSync(folder)).toHaveLength(1)
  command.kill('SIGKILL')
  await until(() => readdirSync(folder).length === 0)
})
