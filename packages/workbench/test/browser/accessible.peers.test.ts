import type { CDPSession, Page } from 'playwright-core'
import { expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { dial, startServer } from '../support/serving.js'

const patient = { timeout: 60_000, interval: 20 }

/** Roles that a screen reader says by their names. */
const named = new Set(
  `button textbox combobox checkbox searchbox spinbutton slider tab tablist tabpanel grid dialog
  list navigation complementary toolbar splitter image`.split(/\s+/),
)

/** What one who does not see the page is not told the name of. */
async function unnamed(session: CDPSession): Promise<string[]> {
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  return nodes.flatMap(({ ignored, role, name }) => {
    const kind = String(role?.value)
    const isNameless = String(name?.value ?? '').trim() === ''
    return !ignored && named.has(kind) && isNameless ? [kind] : []
  })
}

/** Go through the page by Tab, once. @returns the names of what has the focus, and what of it is not seen */
async function tabThrough(page: Page): Promise<{ stops: string[]; hidden: string[] }> {
  const stops: string[] = []
  const hidden: string[] = []
  await page.evaluate(() => {
    const { activeElement: active } = document
    if (active instanceof HTMLElement) active.blur()
    document.querySelector<HTMLElement>('.head select')?.focus()
  })
  for (let turn = 0; turn < 100; turn++) {
    const [name, isSeen] = await page.evaluate(() => {
      const { activeElement: active } = document
      if (!(active instanceof HTMLElement) || active === document.body) return ['', true] as const
      const { outlineStyle, outlineWidth } = getComputedStyle(active)
      const { top, bottom, width } = active.getBoundingClientRect()
      const isOutlined = outlineStyle !== 'none' && outlineWidth !== '0px'
      const isInSight = width > 0 && top >= -1 && bottom <= innerHeight + 1
      const label = active.getAttribute('aria-label') ?? active.innerText
      return [label || active.id || active.tagName, isOutlined && isInSight] as const
    })
    // Behind the last one comes the first, or the browser itself.
    if (name === '' || name === stops[0]) break
    stops.push(name)
    if (!isSeen) hidden.push(name)
    await page.keyboard.press('Tab')
  }
  return { stops, hidden }
}

itPeer(
  'chromium',
  'each pane has names for those who hear it, and all of it is reached and seen by Tab',
  async (program) => {
    const { page, complaints } = await openWorkbench(program)
    const tree = await page.context().newCDPSession(page)
    const socket = await dial(await startServer(page, { reply: 'none' }))
    const gone = await dial(await startServer(page, { reply: 'none', name: 'second' }))
    gone.write('bye')
    await page.locator('.row.in', { hasText: 'bye' }).waitFor()
    gone.end()
    await page.locator('.row', { hasText: 'closed by the peer' }).waitFor()
    await page.locator('[data-session="1"] .session-name').click()
    socket.write('{"a":1}\n')
    await page.locator('.row.in').first().click()
    await page.locator('.details pre').waitFor()
    await page.keyboard.press('b')
    await page.locator('.row .star').waitFor()

    const keys = page.keyboard
    const side = page.getByRole('tablist', { name: 'Beside the sheet' })
    const chosen = side.locator('[aria-selected="true"]')
    await side.getByRole('tab', { name: 'Details' }).focus()
    const panes = ['Details', 'Connections', 'Marks', 'Saved', 'Rules']
    for (const pane of panes) {
      await expect.poll(() => chosen.innerText(), patient).toBe(pane)
      expect(await chosen.evaluate((tab) => tab === document.activeElement)).toBe(true)
      await page.getByRole('tabpanel', { name: pane }).locator('> *').first().waitFor()
      expect([pane, await unnamed(tree)]).toEqual([pane, []])
      const { stops, hidden } = await tabThrough(page)
      expect([pane, hidden]).toEqual([pane, []])
      // The sheet, the composer, and this one of the tabs.
      expect(stops).toEqual(expect.arrayContaining(['Conversation', 'composer', pane]))
      await chosen.focus()
      await keys.press('ArrowRight')
    }
    await expect.poll(() => chosen.innerText(), patient).toBe('Details')
    for (const form of ['Text', 'Hex', 'JSON', 'Compare']) {
      await page.getByRole('tab', { name: form }).focus()
      await page.getByRole('tabpanel', { name: form }).waitFor()
      expect([form, await unnamed(tree)]).toEqual([form, []])
      await keys.press('ArrowRight')
    }

    // What is written in the dialogs, and the focus back where it was.
    await page.getByRole('button', { name: '+ New' }).focus()
    await keys.press('Enter')
    const dialog = page.locator('dialog')
    await dialog.waitFor()
    await dialog.getByRole('tab', { name: 'Server' }).focus()
    for (const kind of ['Server', 'Client', 'Proxy', 'File']) {
      await dialog.locator('[role=tab][aria-selected="true"]', { hasText: kind }).waitFor()
      expect([kind, await unnamed(tree)]).toEqual([kind, []])
      await keys.press('ArrowRight')
    }
    await keys.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    const start = page.getByRole('button', { name: '+ New' })
    expect(await start.evaluate((button) => button === document.activeElement)).toBe(true)
    expect(complaints).toEqual([])
  },
)

itPeer(
  'chromium',
  'the row that the keyboard is at is said, and Escape leaves a field',
  async (program) => {
    const { page, complaints } = await openWorkbench(program)
    const socket = await dial(await startServer(page, { reply: 'none' }))
    socket.write('said')
    await page.locator('.row.in', { hasText: 'said' }).waitFor()
    const grid = page.getByRole('grid')
    await grid.focus()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowUp')
    const active = async (): Promise<string | null> => {
      const id = await grid.getAttribute('aria-activedescendant')
      return id === null ? null : page.locator(`#${id} .content`).innerText()
    }
    await expect.poll(active, patient).toMatch(/^connected/)
    await page.keyboard.press('ArrowDown')
    await expect.poll(active, patient).toBe('said')

    await page.locator('#composer').focus()
    await page.keyboard.type('?')
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    expect(await page.locator('#composer').inputValue()).toBe('?')
    expect(complaints).toEqual([])
  },
)
