import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Milliseconds after which a browser has read the file. */
const patience = 60_000

/** What opens a file in the browser of the user, by platform; other systems have what Linux has. */
const openers: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

/**
 * Open a link in the browser of the user. The program gets the path of a file that leads there, which only the user can
 * read: all users of a machine see the words that a program was started with, and the link is a key.
 *
 * @param failed called with why it could not be opened
 */
export function openBrowser(link: string, failed: (why: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-open-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const file = join(folder, 'workbench.html')
  const text = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${link}">`
  writeFileSync(file, text, { mode: 0o600 })
  setTimeout(() => {
    process.off('exit', remove)
    remove()
  }, patience).unref()
  const [program, ...words] = openers[process.platform] ?? ['xdg-open']
  const opener = spawn(program, [...words, pathToFileURL(file).href], {
    stdio: 'ignore',
    detached: true,
  })
  opener.once('error', ({ message }) => failed(message))
  opener.once('exit', (code) => {
    if (code !== 0 && code !== null) failed(`${program} ended with exit code ${code}`)
  })
  opener.unref()
}
