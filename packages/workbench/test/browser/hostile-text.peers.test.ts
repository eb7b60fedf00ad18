import { once } from 'node:events'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { createLog } from 'hawser/log'
import type { Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { createAuthority } from '../../../../test/support/certificates.js'
import { createFolder } from '../../../../test/support/folders.js'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { dial, shownPort } from '../support/serving.js'

const patient = { timeout: 60_000, interval: 20 }

/** What runs where text is taken for a page; each would set `ran`. */
const corpus = [
  '<script>ran=1</script>',
  '"><script>ran=1</script>',
  '</script><script>ran=1</script>',
  '<img src=x onerror=ran=1>',
  '<img/src=x/onerror=ran=1//',
  '<svg onload=ran=1>',
  '<svg><animate onbegin=ran=1 attributeName=x dur=1s>',
  '<math><mtext><table><mglyph><style><img src=x onerror=ran=1>',
  '<iframe srcdoc="<script>parent.ran=1</script>">',
  '<details open ontoggle=ran=1>',
  '<body onload=ran=1>',
  '<input autofocus onfocus=ran=1>',
  '<a href="javascript:ran=1">click</a>',
  '<object data="javascript:ran=1">',
  '<meta http-equiv=refresh content="0;url=data:text/html,ran">',
  '<base href="http://evil.example/">',
  '<link rel=stylesheet href="http://evil.example/x.css">',
  '<form action="http://evil.example/"><button>Stop</button></form>',
  '<style>*{display:none}</style>',
  '</pre></div></body><h1>gone</h1>',
  '<!--',
  '&lt;script&gt;ran=1&lt;/script&gt;',
  '${ran=1}{{constructor.constructor("ran=1")()}}',
  '{"__html":"<img src=x onerror=ran=1>","dangerouslySetInnerHTML":{"__html":"<svg onload=ran=1>"}}',
]
/** What is not a letter and moves others: overrides and isolates of direction, joiners, a line of its own. */
const moving = ['a\u202Eb', 'a\u2066b\u2069', 'a\u200Fb', 'a\u200Bb', 'a\uFEFFb', 'a\u2028b']
const movers = /[\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/

/** Everything that the page may not have become. */
async function expectOnlyText(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    ran: 'ran' in globalThis,
    strangers: [
      ...document.body.querySelectorAll(
        'script, img, svg, iframe, object, embed, meta, base, link, style, math, h1:not(.head h1), a, [onerror], [onload]',
      ),
    ].map((each) => each.outerHTML),
    text: document.body.innerText,
    title: document.title,
  }))
  expect(found.ran).toBe(false)
  expect(found.strangers).toEqual([])
  expect(found.text).not.toMatch(movers)
  expect(found.title).toBe('Hawser')
}

async function startByLine(page: Page, line: string): Promise<void> {
  await page.getByRole('button', { name: '+ New' }).click()
  await page.getByLabel('Or paste a command line').fill(line)
  await page.getByRole('button', { name: 'Read' }).click()
}

/** A server, whose name is refused before it has a plain one. */
async function serve(page: Page, name: string): Promise<Socket> {
  await page.getByRole('button', { name: '+ New' }).click()
  await page.getByLabel('Listen on').fill('127.0.0.1:0')
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Reply').selectOption('none')
  await page.locator('dialog').getByRole('button', { name: 'Start', exact: true }).click()
  await page.locator('dialog [role="alert"]', { hasText: /^name: a name has letters/ }).waitFor()
  await page.getByLabel('Name').fill('plain')
  await page.locator('dialog').getByRole('button', { name: 'Start', exact: true }).click()
  return dial(await shownPort(page))
}

itPeer('chromium', 'what others say is text wherever it is shown', async (program) => {
  const hostile = '<img src=x onerror=ran=1>\u202E'
  const file = join(createFolder(), `${hostile}.hawser`)
  const log = await createLog(file)
  const recorded = log.open({ remoteAddress: hostile, remotePort: 1 }, { name: hostile })
  recorded.in(Buffer.from(hostile))
  recorded.close({ by: hostile, reason: hostile, error: { code: hostile, message: hostile } })
  await log.close()
  const { page, complaints } = await openWorkbench(program, file)
  const asked: string[] = []
  page.on('request', (request) => {
    const { hostname, pathname } = new URL(request.url())
    if (hostname !== '127.0.0.1' || pathname === '/x') asked.push(request.url())
  })

  // A recording, by its file's name, its peers and their messages.
  await page.locator('[data-session="1"] .session-name').click()
  await page.locator('.row.in', { hasText: '<img src=x onerror=ran=1>\\u{202e}' }).waitFor()
  await page.locator('.row.event', { hasText: 'connected: <img src=x' }).waitFor()
  await page.getByRole('tab', { name: 'Connections' }).click()
  await page.locator('[data-told]', { hasText: '<img src=x onerror=ran=1>' }).waitFor()
  await expectOnlyText(page)
  await page.getByRole('tab', { name: 'Details' }).click()

  // Each message, as text and as JSON, and a note.
  const socket = await serve(page, hostile)
  for (const said of [...corpus, ...moving]) {
    socket.write(said)
    const row = page.locator('.row.in').last()
    await expect.poll(() => row.locator('.content').textContent(), patient).toBe(shown(said))
    await row.click()
    await expect.poll(() => page.locator('.details pre').textContent(), patient).toBe(shown(said))
    await page.getByRole('grid').press('End')
  }
  await page.getByRole('tab', { name: 'JSON' }).click()
  await expectOnlyText(page)
  await page.getByLabel('Note').fill(hostile)
  await page.getByLabel('Note').press('Enter')
  await page.locator('.row.event', { hasText: 'note on row' }).waitFor()
  await page.getByRole('tab', { name: 'Connections' }).click()
  await page.locator('[data-connection]').first().waitFor()
  await expectOnlyText(page)

  // What is refused is repeated in the refusal.
  await startByLine(page, `hawser serve 0 --framing '${hostile}'`)
  await page.locator('dialog [role="alert"]', { hasText: 'onerror' }).waitFor()
  await expectOnlyText(page)
  await page.keyboard.press('Escape')
  await page.locator('#find').fill('(<img src=x onerror=ran=1>')
  await page.getByRole('combobox', { name: 'Find' }).selectOption('regex')
  await page.locator('#find').press('Enter')
  await page.locator('.notices', { hasText: 'onerror' }).waitFor()
  await expectOnlyText(page)

  expect(complaints).toEqual([])
  expect(asked).toEqual([])
})

itPeer('chromium', 'what a certificate says is text', async (program) => {
  const hostile = '<svg onload=ran=1>\u202E'
  const authority = await createAuthority(hostile)
  const server = createServer(await authority.issue({ name: hostile, names: ['127.0.0.1'] }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const { page, complaints } = await openWorkbench(program)
  await startByLine(page, `hawser connect 127.0.0.1:${port} --tls --insecure`)
  await page.locator('dialog').getByRole('button', { name: 'Start', exact: true }).click()
  await page.getByRole('tab', { name: 'Connections' }).click()
  await page.locator('.tls', { hasText: '<svg onload' }).waitFor()
  await expectOnlyText(page)
  expect(complaints).toEqual([])
})

/** A text as a row shows it. */
function shown(text: string): string {
  return text.replaceAll(
    new RegExp(movers, 'gu'),
    (each) => `\\u{${each.codePointAt(0)?.toString(16)}}`,
  )
}
