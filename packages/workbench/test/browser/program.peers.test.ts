import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import type { Locator, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'

/** Says where it listens, and repeats what it is asked. */
const program = `
const { createServer } = require('node:http')
const server = createServer((request, response) => {
  if (request.url === '/end') process.exit(3)
  response.end('you asked for ' + request.url)
})
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', () => console.log('serving on ' + server.address().port))
`

async function openDialog(page: Page, tab: 'Program' | 'Process'): Promise<Locator> {
  await page.getByRole('button', { name: '+ New' }).click()
  const dialog = page.locator('dialog')
  await dialog.getByRole('tab', { name: tab }).click()
  return dialog
}

async function submit(dialog: Locator): Promise<void> {
  await dialog.getByRole('button', { name: 'Start', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

/** Ask over a connection that stays open. @returns what comes first; empty where it is closed */
async function ask(port: number, path: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  const first = new Promise<string>((resolve) => {
    socket.once('data', (bytes) => resolve(String(bytes)))
    socket.once('close', () => resolve(''))
    socket.on('error', () => {})
  })
  socket.write(`GET ${path} HTTP/1.1\r\nHost: here\r\n\r\n`)
  return first
}

/** Where the last of them serves, by what it printed. */
async function portOf(page: Page, count = 1): Promise<number> {
  const said = page.locator('.row', { hasText: 'serving on' })
  await said.nth(count - 1).waitFor()
  return Number(/serving on (\d+)/.exec((await said.last().textContent()) ?? '')?.[1])
}

itPeer('chromium', 'a program is run and watched, both of its directions', async (chromium) => {
  const { page, complaints } = await openWorkbench(chromium, '--allow-run')
  const folder = createFolder({ 'app.cjs': program })
  const dialog = await openDialog(page, 'Program')
  await dialog.getByLabel('Command', { exact: true }).fill(`'${execPath}' app.cjs`)
  await dialog.getByLabel('Folder').fill(folder)
  await submit(dialog)
  const session = page.locator('[data-session="1"]')
  await session.getByText('program app.cjs', { exact: true }).waitFor()
  await page.getByText('A program that is watched speaks for itself.').waitFor()

  const port = await portOf(page)
  await ask(port, '/one')
  await page.locator('.row', { hasText: 'GET /one HTTP/1.1' }).waitFor()
  await page.locator('.row', { hasText: 'you asked for /one' }).waitFor()
  await page.getByRole('tab', { name: 'Connections' }).click()
  const connection = page.locator('[data-connection]')
  await connection.getByText('(HTTP)').waitFor()
  await connection.getByText(/app\.cjs \d+/).waitFor()
  const reset = connection.getByRole('button', { name: 'Reset', exact: true })
  expect(await reset.isDisabled()).toBe(true)

  await session.getByRole('button', { name: 'Copy as command' }).click()
  await page.getByText('Copied').waitFor()
  const line = await page.evaluate(() => navigator.clipboard.readText())
  expect(line).toBe(`cd ${folder} && hawser inspect -- ${execPath} app.cjs`)

  await ask(port, '/end')
  await session.getByText('it has ended with exit code 3').waitFor()
  await session.getByRole('button', { name: 'Change', exact: true }).click()
  expect(await dialog.getByLabel('Folder').inputValue()).toBe(folder)
  await dialog.getByLabel('Name').fill('again')
  await submit(dialog)
  await session.getByText('again', { exact: true }).waitFor()
  const next = await portOf(page, 2)

  // A page that goes is no matter.
  await page.reload()
  await page.locator('#page > *').first().waitFor()
  await session.locator('.session-name').click()
  await ask(next, '/two')
  await page.locator('.row', { hasText: 'you asked for /two' }).waitFor()
  await session.getByRole('button', { name: 'Stop', exact: true }).click()
  await session.getByRole('button', { name: 'Start', exact: true }).waitFor()
  await expect(ask(next, '/')).rejects.toThrow('ECONNREFUSED')
  expect(complaints).toEqual([])
})

itPeer('chromium', 'a line of hawser inspect fills the dialog', async (chromium) => {
  const { page } = await openWorkbench(chromium, '--allow-run')
  await page.getByRole('button', { name: '+ New' }).click()
  const dialog = page.locator('dialog')
  const paste = async (line: string): Promise<void> => {
    await dialog.getByLabel('Or paste a command line').fill(line)
    await dialog.getByRole('button', { name: 'Read' }).click()
  }
  await paste("hawser inspect --http2 -- node 'my app.js' --port 1")
  await dialog.locator('[role=tab][aria-selected=true]', { hasText: 'Program' }).waitFor()
  expect(await dialog.getByLabel('Command', { exact: true }).inputValue()).toBe(
    "node 'my app.js' --port 1",
  )
  expect(await dialog.getByLabel('Show the frames of HTTP/2').isChecked()).toBe(true)
  await paste('hawser inspect --pid 4711')
  await dialog.locator('[role=tab][aria-selected=true]', { hasText: 'Process' }).waitFor()
  expect(await dialog.getByLabel('Process number').inputValue()).toBe('4711')
  expect(await dialog.getByLabel('Send it the signal').isChecked()).toBe(false)
  await dialog.getByRole('tab', { name: 'Program' }).click()
  await dialog.getByLabel('Command', { exact: true }).fill('node app.js | tee log')
  await dialog.getByRole('button', { name: 'Start', exact: true }).click()
  await dialog.getByText('| is for a shell').waitFor()
})

itPeer('chromium', 'a process is watched when its warning is agreed to', async (chromium) => {
  const { page, complaints } = await openWorkbench(chromium, '--allow-run')
  const folder = createFolder({ 'app.cjs': program })
  const other = spawn(execPath, ['--inspect-port=0', `${folder}/app.cjs`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void other.kill('SIGKILL'))
  const port = await listening(other)
  const dialog = await openDialog(page, 'Process')
  await dialog.getByLabel('Process number').fill(String(other.pid))
  await dialog.getByText('The process is sent SIGUSR1.').waitFor()
  await dialog.getByRole('button', { name: 'Start', exact: true }).click()
  await dialog.getByText('read the warning, and agree to it first').waitFor()
  await dialog.getByLabel('Send it the signal').check()
  await submit(dialog)
  const session = page.locator('[data-session="1"]')
  await session.getByText('0 connected').waitFor()
  await ask(port, '/seen')
  await page.locator('.row', { hasText: 'GET /seen HTTP/1.1' }).waitFor()
  await page.locator('.row', { hasText: 'you asked for /seen' }).waitFor()
  await session.getByRole('button', { name: 'Remove', exact: true }).click()
  await dialog.getByText('The process goes on, and is watched no more.').waitFor()
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
  await session.waitFor({ state: 'detached' })
  // The process is none of the workbench's.
  expect(await ask(port, '/on')).toContain('you asked for /on')
  expect(complaints).toEqual([])
})

itPeer('chromium', 'without --allow-run nothing is run, and why is said', async (chromium) => {
  const { page } = await openWorkbench(chromium)
  await page.getByRole('button', { name: '+ New' }).click()
  const dialog = page.locator('dialog')
  for (const name of ['Program', 'Process']) {
    expect(await dialog.getByRole('tab', { name }).isDisabled()).toBe(true)
  }
  const why = /only where the workbench was started with --allow-run/
  await dialog.locator('.more', { hasText: why }).waitFor()
  await dialog.getByLabel('Or paste a command line').fill('hawser inspect -- node app.js')
  await dialog.getByRole('button', { name: 'Read' }).click()
  await dialog.getByRole('alert').getByText(why).waitFor()
  expect(await page.locator('[data-session]').count()).toBe(0)
})

async function listening({ stdout }: ChildProcess): Promise<number> {
  if (stdout === null) throw new Error('there is nothing to read')
  const [line] = (await once(createInterface({ input: stdout }), 'line')) as [string]
  return Number(/\d+/.exec(line)?.[0])
}

itPeer(
  'chromium',
  'boxes to tick have one size, however long their labels are',
  async (chromium) => {
    const { page } = await openWorkbench(chromium, '--allow-run')
    const dialog = await openDialog(page, 'Process')
    const boxes = dialog.getByRole('checkbox')
    await boxes.nth(1).waitFor()
    const widths = await boxes.evaluateAll((all) =>
      all.map((box) => box.getBoundingClientRect().width),
    )
    expect(widths).toHaveLength(2)
    expect(new Set(widths).size).toBe(1)
  },
)
