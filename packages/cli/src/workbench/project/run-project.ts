import { stat } from 'node:fs/promises'
import { runProject } from '@hawser/workbench'
import { CommandError, exitNetwork, exitOk } from '../../failure.js'
import { Interrupts, signalExitCodes } from '../../input/interrupts.js'
import { escapeText } from '../../output/escape.js'
import { loadMasks } from '../../wire/masks.js'
import { trustedFile } from '../saved-file.js'
import { createTools } from '../tools.js'
import { jsonRun, spokenRun } from './render-run.js'
import type { RunCommandOptions } from './run-options.js'

/**
 * Run a project to its end. The first Ctrl-C ends it in order, the second at once.
 *
 * @param version that of this package
 * @returns the exit code
 */
export async function run(options: RunCommandOptions, version: string): Promise<number> {
  const { folder, trusts, json, log, mask } = options
  await assertFolder(folder)
  const over = new AbortController()
  new Interrupts((count, signal) => {
    if (count > 1) process.exit(signalExitCodes[signal])
    over.abort()
  }).listen()
  // The exit code says how it went, whether the lines are read or not.
  process.stdout.on('error', () => {})
  const render = json ? jsonRun : spokenRun
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  const report = await runProject({
    tools: createTools(version),
    ...{ folder, log, for: options.for, signal: over.signal },
    mask: await loadMasks(mask),
    ...{ isTrusted: trusts, trusted: trustedFile() },
    onEvent(event) {
      const line = render.event(event)
      if (line !== undefined) say(line)
      else if (event.event === 'notice') {
        process.stderr.write(`${event.level}: ${escapeText(event.text)}\n`)
      }
    },
  })
  say(render.report(report))
  return report.isOk ? exitOk : exitNetwork
}

async function assertFolder(folder: string): Promise<void> {
  const stats = await stat(folder).catch(() => undefined)
  if (stats?.isDirectory() === true) return
  const what = stats === undefined ? `there is no folder ${folder}` : `${folder} is no folder`
  throw new CommandError(what, 'name the folder of a project, with servers/ and clients/ in it')
}
