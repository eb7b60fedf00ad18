// Takes the pictures of the README and of docs/workbench.md from the page as it runs. Needs Chromium (CHROMIUM, or
// /usr/bin/chromium), and is run by hand: npm run screenshots.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const root = new URL('..', import.meta.url)
const folder = fileURLToPath(new URL('docs/images/', root))
mkdirSync(folder, { recursive: true })

/** What the clients say in turn. */
const conversation = [
  'HELLO terminal-7\n',
  '{"order":4711,"item":"rope","metres":40}\n',
  'PING\n',
  'STATUS 4711\n',
  '{"order":4712,"item":"anchor","metres":null}\n',
  'GOODBYE\n',
]

/** A project whose server has a rule and a script. */
const project = {
  'servers/orders.json': {
    ...{ name: 'orders', listen: '127.0.0.1:0', framing: 'lines', script: 'stock.js' },
    responders: [
      {
        ...{ name: 'heartbeat', match: { as: 'regex', regex: '^PING$' } },
        ...{ do: 'reply', reply: { as: 'text', text: 'PONG' } },
      },
    ],
  },
  'responders/stock.js': `const stock = new Map([['rope', 40], ['anchor', 2]])
export default (message) => {
  const { item, metres = 1 } = JSON.parse(message)
  return JSON.stringify({ item, left: (stock.get(item) ?? 0) - metres })
}
`,
}

// What is saved and trusted on this machine is in no picture.
const own = mkdtempSync(join(tmpdir(), 'screenshots-'))
/** @type {import('node:child_process').ChildProcess[]} */
const commands = []
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
try {
  await takeAll(await open('--allow-run'))
  await takeRules(await open(writeProject()))
} finally {
  await browser.close()
  for (const command of commands) {
    const ended = once(command, 'exit')
    command.kill('SIGINT')
    await ended
  }
  rmSync(own, { recursive: true })
}

/** A page of a workbench of its own. @param {string[]} words */
async function open(...words) {
  const command = spawn(
    process.execPath,
    [fileURLToPath(new URL('packages/cli/bin/hawser.js', root)), 'workbench', ...words],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, XDG_STATE_HOME: own } },
  )
  commands.push(command)
  const context = await browser.newContext({
    viewport: { width: 1280, height: 720 },
    locale: 'en-GB',
  })
  const page = await context.newPage()
  await page.goto(await firstLink(command.stdout))
  return page
}

/** @returns its folder */
function writeProject() {
  const shop = join(own, 'shop')
  for (const [file, content] of Object.entries(project)) {
    mkdirSync(join(shop, file, '..'), { recursive: true })
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    writeFileSync(join(shop, file), text)
  }
  return shop
}

/** @param {import('playwright-core').Page} page */
async function takeRules(page) {
  await page.getByRole('button', { name: 'Trust…' }).click()
  await page.getByRole('button', { name: 'Trust this folder' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.locator('.session-name').click()
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  const client = await dial(await portOf(page, 1))
  await page.getByRole('tab', { name: 'Rules' }).click()
  for (const said of ['PING', '{"item":"rope","metres":12}', '{"item":"anchor"}']) {
    const replies = await page.locator('.row.out').count()
    client.write(`${said}\n`)
    await page.locator('.row.out').nth(replies).waitFor()
  }
  await page.locator('.notices li').waitFor({ state: 'detached' })
  await page.screenshot({ path: `${folder}workbench-rules.png` })
  client.destroy()
}

/** @param {import('playwright-core').Page} page */
async function takeAll(page) {
  await start(page, 'Server', { Name: 'orders', 'Listen on': '127.0.0.1:0', Greeting: 'welcome' })
  const port = await portOf(page, 1)
  await start(page, 'Proxy', {
    Name: 'slow line',
    'Listen on': '127.0.0.1:0',
    Target: `127.0.0.1:${port}`,
  })
  const behind = await portOf(page, 2)
  const clients = [await dial(port), await dial(behind), await dial(port)]
  await page.locator('[data-session="1"] .session-name').click()
  await page.getByText('3 of 10,000 connected').waitFor()
  for (const [index, text] of conversation.entries()) {
    clients[index % clients.length]?.write(text)
    await page.locator('.row.in').nth(index).waitFor()
  }
  await page.locator('.row.in', { hasText: '"item"' }).first().click()
  await page.getByRole('tab', { name: 'JSON' }).click()
  await page.locator('#composer').fill('stock is low')
  await page.screenshot({ path: `${folder}workbench-sheet.png` })
  await page.getByRole('button', { name: '+ New' }).click()
  await page.getByRole('dialog').waitFor()
  await page.screenshot({ path: `${folder}workbench-start.png` })
  await page.keyboard.press('Escape')
  await page.locator('[data-session="2"] .session-name').click()
  await page.getByRole('tab', { name: 'Faults' }).click()
  await page.getByLabel('Latency').first().fill('3')
  await page.getByLabel('Theme').selectOption('dark')
  await page.locator('.row.in').first().waitFor()
  await page.screenshot({ path: `${folder}workbench-faults.png` })
  for (const client of clients) client.destroy()
  await takeProgram(page)
}

/**
 * A shop that asks a stock for what it sells, both in one program.
 *
 * @param {import('playwright-core').Page} page
 */
async function takeProgram(page) {
  await page.getByLabel('Theme').selectOption('light')
  await page.getByRole('button', { name: '+ New' }).click()
  const dialog = page.locator('dialog')
  await dialog.getByRole('tab', { name: 'Program' }).click()
  await dialog.getByLabel('Command', { exact: true }).fill('node shop.mjs')
  await dialog.getByLabel('Folder').fill(fileURLToPath(new URL('lib/', import.meta.url)))
  await dialog.getByLabel('Name', { exact: true }).fill('shop')
  await dialog.getByRole('button', { name: 'Start', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  const said = page.locator('.row', { hasText: 'the shop is open on port' })
  await said.waitFor()
  const port = Number(/on port (\d+)/.exec((await said.textContent()) ?? '')?.[1])
  const agent = await dial(port)
  agent.write('GET /boats/1 HTTP/1.1\r\nHost: shop\r\n\r\n')
  await page.locator('.row', { hasText: 'HTTP/1.1 200' }).waitFor()
  await page.getByRole('tab', { name: 'Connections' }).click()
  await page.getByText('(HTTP)').first().waitFor()
  await page.screenshot({ path: `${folder}workbench-program.png` })
  agent.destroy()
}

/** @param {import('playwright-core').Page} page @param {string} kind @param {Record<string, string>} fields */
async function start(page, kind, fields) {
  await page.getByRole('button', { name: '+ New' }).click()
  await page.getByRole('tab', { name: kind }).click()
  const dialog = page.getByRole('dialog')
  for (const [label, value] of Object.entries(fields))
    await dialog.getByRole('textbox', { name: label, exact: true }).fill(value)
  await dialog.getByRole('button', { name: 'Start', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

/** @param {import('playwright-core').Page} page @param {number} session */
async function portOf(page, session) {
  const address = await page.locator(`[data-session="${session}"] .address`).first().textContent()
  return Number(address?.split(':').at(-1))
}

/** @param {number} port */
async function dial(port) {
  const socket = connect(port, '127.0.0.1')
  socket.resume()
  await once(socket, 'connect')
  return socket
}

/** @param {import('node:stream').Readable} output */
async function firstLink(output) {
  for await (const line of createInterface({ input: output })) {
    const [found] = /http:\S+/.exec(line) ?? []
    if (found !== undefined) return found
  }
  throw new Error('the workbench ended without a link')
}
