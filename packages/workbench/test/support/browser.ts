import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { slowDown } from './slow-link.js'

const command = fileURLToPath(new URL('../../../cli/bin/hawser.js', import.meta.url))

/** A workbench that runs, and what it prints. */
export interface StartedCommand {
  /** The next link; all but the first are asked for with Enter. */
  link(): Promise<string>
  /** Ctrl-C. */
  stop(): Promise<void>
}

/** `hawser workbench` as a user starts it; it ends with the test. */
export async function startCommand(...words: string[]): Promise<StartedCommand> {
  const child = spawn(process.execPath, [command, 'workbench', ...words], {
    stdio: 'pipe',
    // What is saved is no affair of the user's.
    env: { ...process.env, XDG_STATE_HOME: createFolder() },
  })
  const links: string[] = []
  const waiting: ((link: string) => void)[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [link] = /http:\S+/.exec(line) ?? []
    if (link === undefined) return
    const next = waiting.shift()
    if (next === undefined) links.push(link)
    else next(link)
  })
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return
    child.kill('SIGINT')
    await once(child, 'exit')
  }
  onTestFinished(stop)
  let asked = 0
  return {
    stop,
    link() {
      if (asked++ > 0) child.stdin.write('\n')
      const link = links.shift()
      return link === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(link)
    },
  }
}

/** Everything that a page complains about. */
export interface Watched {
  readonly page: Page
  readonly complaints: string[]
}

/** A browser that ends with the test. */
export async function startBrowser(program: string): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] })
  onTestFinished(() => browser.close())
  return browser
}

/** A workbench as a user starts it, a browser, and its page in it. */
export async function openWorkbench(
  program: string,
  ...words: string[]
): Promise<Watched & { readonly bench: StartedCommand; readonly browser: Browser }> {
  const bench = await startCommand(...words)
  const browser = await startBrowser(program)
  return { bench, browser, ...(await openPage(browser, await bench.link())) }
}

/**
 * A window of a browser of its own, whose complaints are collected.
 *
 * @param prepare what is done with it before it is loaded
 */
export async function openPage(
  browser: Browser,
  link: string,
  prepare: (page: Page) => Promise<unknown> = slowDown,
): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 720 },
    locale: 'en-GB',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  // It ends only what would hang: a busy machine gets the time that it needs.
  page.setDefaultTimeout(100_000)
  const complaints: string[] = []
  page.on('console', (said) => {
    if (['error', 'warning'].includes(said.type())) complaints.push(said.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await prepare(page)
  await page.goto(link)
  // Until it is drawn, it hears no keys.
  await page.locator('#page > *').first().waitFor()
  return { page, complaints }
}
