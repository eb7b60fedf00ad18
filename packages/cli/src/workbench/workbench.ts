import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { startWorkbench, type Workbench } from '@hawser/workbench'
import { CommandError, exitOk } from '../failure.js'
import { hangUpExitCode, Interrupts, signalExitCodes } from '../input/interrupts.js'
import { whenForeground } from '../input/job-control.js'
import { loadMasks } from '../wire/masks.js'
import { escapeText } from '../output/escape.js'
import { nameOf } from './name.js'
import { openBrowser } from './open-browser.js'
import type { WorkbenchCommandOptions } from './options.js'
import { savedFile, trustedFile } from './saved-file.js'
import { createTools } from './tools.js'

/**
 * Run a workbench until it is asked to stop.
 *
 * @param version that of this package
 * @returns the exit code
 */
export async function workbench(
  options: WorkbenchCommandOptions,
  version: string,
): Promise<number> {
  const { path, page, isOpen, opensBrowser, log, logLimit, mask, mayRun } = options
  const { file, folder } = await placeOf(path)
  const end = new End()
  const bench = await startWorkbench({
    tools: createTools(version, { mayRun }),
    ...{ page, isOpen, log, logLimit, folder },
    saved: savedFile(),
    trusted: trustedFile(),
    mask: await loadMasks(mask),
    onNotice: complain,
  })
  if (file !== undefined) {
    await bench.start({ kind: 'file', name: nameOf('file', basename(file)), path: file })
  }
  say(`workbench on ${bench.link()}`)
  say('Open the link in a browser: it can be used once, within ten minutes.')
  say('Enter prints a fresh one, Ctrl-C ends the workbench.')
  readEnter(() => say(`workbench on ${bench.link()}`))
  if (opensBrowser) {
    openBrowser(bench.link(), (why) => complain('warning', `no browser was opened: ${why}`))
  }
  return end.of(bench)
}

/** The first Ctrl-C ends all in order, the second at once; so does one that comes before it runs. */
class End {
  #bench: Workbench | undefined
  #exit: (code: number) => void = (code) => process.exit(code)

  constructor() {
    const interrupts = new Interrupts((count, signal) => {
      if (count === 1 && this.#bench !== undefined) {
        this.#close(exitOk)
      } else {
        this.#exit(signalExitCodes[signal])
      }
    })
    interrupts.listen()
    // The terminal has gone: what is left of it must not be a log that nothing deletes.
    process.once('SIGHUP', () => this.#close(hangUpExitCode))
  }

  #close(code: number): void {
    const closed = this.#bench?.close() ?? Promise.resolve()
    void closed.then(() => this.#exit(code))
  }

  /** @returns the exit code, when it comes to its end */
  of(bench: Workbench): Promise<number> {
    this.#bench = bench
    return new Promise((resolve) => {
      this.#exit = resolve
    })
  }
}

/** @returns rejects with CommandError for what is not there */
async function placeOf(
  path: string | undefined,
): Promise<{ readonly file?: string; readonly folder?: string }> {
  if (path === undefined) return {}
  const stats = await stat(path).catch(() => undefined)
  if (stats === undefined) {
    throw new CommandError(`there is no ${path}`, 'name a folder, or a session log')
  }
  return stats.isDirectory() ? { folder: path } : { file: path }
}

function complain(level: string, text: string): void {
  process.stderr.write(`${level}: ${escapeText(text)}\n`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Neither the end of stdin nor an error on it ends the workbench. */
function readEnter(pressed: () => void): void {
  const { stdin } = process
  stdin.on('error', () => {})
  const read = (): void => void stdin.on('data', () => pressed())
  if (stdin.isTTY) whenForeground(read)
  else read()
}
