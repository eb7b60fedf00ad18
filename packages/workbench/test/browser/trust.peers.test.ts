import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { itPeer } from '../../../../test/support/peers.js'
import { openPage, startBrowser, startCommand } from '../support/browser.js'
import { dial, shownPort } from '../support/serving.js'

itPeer(
  'chromium',
  'code of a folder runs after it was trusted in the dialog, and again only when it is the same',
  async (program) => {
    const folder = createFolder({
      'servers/s.json': '{"name":"s","listen":"127.0.0.1:0","script":"reply.js"}',
      'responders/reply.js': `export default (message) => 'script ' + message`,
    })
    // Where it is remembered: not among what the user of this machine trusts.
    const before = process.env['XDG_STATE_HOME']
    process.env['XDG_STATE_HOME'] = createFolder()
    const bench = await startCommand(folder)
    if (before === undefined) delete process.env['XDG_STATE_HOME']
    else process.env['XDG_STATE_HOME'] = before
    const browser = await startBrowser(program)
    const { page, complaints } = await openPage(browser, await bench.link())
    const item = page.locator('[data-session="1"]')
    const start = item.getByRole('button', { name: 'Start', exact: true })
    await item.locator('.session-name').click()
    await start.click()
    await item.getByText(/is code, and this folder is not trusted/).waitFor()

    await page.getByRole('button', { name: 'Trust…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Trust the code of this folder?' })
    await dialog.getByText('It runs with all your rights').waitFor()
    await dialog.getByText('responders/reply.js').waitFor()
    writeFileSync(
      join(folder, 'responders/reply.js'),
      `export default (message) => 'two ' + message`,
    )
    await dialog.getByRole('button', { name: 'Trust this folder' }).click()
    await dialog.getByText('the code was changed meanwhile').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Trust…' }).click()
    await dialog.getByRole('button', { name: 'Trust this folder' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Trust…' }).waitFor({ state: 'detached' })

    await start.click()
    const socket = await dial(await shownPort(page))
    const heard = once(socket, 'data')
    socket.write('hello')
    expect(String((await heard)[0])).toBe('two hello')
    await page.getByText('script reply.js: reply').waitFor()

    // Taken back, it replies no more, and trusted again it does when it is started.
    await page.getByRole('button', { name: 'Trust no more' }).click()
    await page.getByRole('button', { name: 'Trust…' }).waitFor()
    await page.locator('.notices', { hasText: 'reply.js' }).waitFor()
    socket.write('anybody')
    await page.locator('.row.in', { hasText: 'anybody' }).waitFor()
    await page.getByRole('button', { name: 'Trust…' }).click()
    await dialog.getByRole('button', { name: 'Trust this folder' }).click()
    await page.getByRole('button', { name: 'Trust no more' }).waitFor()

    await page.getByRole('tab', { name: 'Rules' }).click()
    await page.getByLabel('Script').selectOption('none')
    await page.getByRole('button', { name: 'Save to project' }).waitFor()
    await page.getByLabel('Language').selectOption('zh')
    await page.getByText('已信任').waitFor()
    expect(complaints).toEqual([])
  },
)
