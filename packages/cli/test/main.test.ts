import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { Command, hawser } from './support/command.js'

it.each(['--version', '-V'])('%s prints the version of the package', async (flag) => {
  const manifest = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { version: string }
  const { code, stdout, stderr } = await Command.hawser([flag]).ended
  expect([code, stdout, stderr]).toEqual([0, `${manifest.version}\n`, ''])
})

it('--version loads nothing but itself', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const path of ['bin/hawser.js', 'dist/main.js', 'package.json']) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    copyFileSync(new URL(`../${path}`, import.meta.url), join(folder, path))
  }
  const { code, stderr } = await new Command(process.execPath, [
    join(folder, 'bin/hawser.js'),
    '--version',
  ]).ended
  expect([code, stderr]).toEqual([0, ''])
})

it.each([
  [['--help'], /^Usage: hawser \[options\] \[command\]\n[^]*serve[^]*connect[^]*Examples:/],
  [['help'], /^Usage: hawser \[options\] \[command\]\n/],
  [['serve', '--help'], /^Usage: hawser serve [^]*--http-hello[^]*Examples:\n {2}hawser serve /],
  [
    ['help', 'connect'],
    /^Usage: hawser connect [^]*--send <text>[^]*Examples:\n {2}hawser connect /,
  ],
])('%j prints help with examples on stdout', async (words, expected) => {
  const { code, stdout, stderr } = await Command.hawser(words).ended
  expect(stdout).toMatch(expected)
  expect([code, stderr]).toEqual([0, ''])
})

it('without a command there is help on stderr, and exit code 2', async () => {
  const { code, stdout, stderr } = await Command.hawser([]).ended
  expect(stderr).toMatch(/^Usage: hawser /)
  expect([code, stdout]).toEqual([2, ''])
})

it('without a build there is one line that says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'bin'))
  const copy = join(folder, 'bin', 'hawser.mjs')
  copyFileSync(hawser, copy)
  const { code, stderr } = await new Command(process.execPath, [copy, '--version']).ended
  expect([code, stderr]).toEqual([1, 'hawser: it is not built: run npm run build\n'])
})
