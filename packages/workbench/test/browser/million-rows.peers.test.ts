import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { watchHealth } from '../support/health.js'

const program = fileURLToPath(new URL('../support/growing-log.mjs', import.meta.url))
const before = 1_000_000
const aSecond = 5_000

/** A log of a million rows, to which a process of its own adds 5,000 a second. */
async function growLog(): Promise<string> {
  const file = join(createFolder(), 'busy.hawser')
  const child = spawn(process.execPath, [program, file, String(before), String(aSecond)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    child.stdin.end()
    if (child.exitCode === null) await once(child, 'exit')
  })
  await once(child.stdout, 'data')
  return file
}

/** How many rows the sheet says that there are. */
async function countOf(page: Page): Promise<number> {
  const text = (await page.locator('.row-count').textContent()) ?? ''
  return Number(/([\d,]+) rows/.exec(text)?.[1]?.replaceAll(',', '') ?? 0)
}

/** Fulfils when there are more. */
async function grown(page: Page, least: number): Promise<void> {
  await expect.poll(() => countOf(page), { timeout: 60_000, interval: 100 }).toBeGreaterThan(least)
}

itPeer(
  'chromium',
  'a million rows that grow are followed, searched and filtered, and the page stays quick',
  async (chromium) => {
    const file = await growLog()
    const { page, complaints, browser } = await openWorkbench(chromium, file)
    await page.locator('[data-session="1"] .session-name').click()
    await grown(page, before)
    const health = await watchHealth(browser, page)

    // It follows: the newest row is in sight, and only those in sight exist.
    const first = await countOf(page)
    await grown(page, first + 2 * aSecond)
    const newest = page.locator('.row:not(:has(.waiting))').last()
    expect(Number(await newest.getAttribute('data-row'))).toBeGreaterThan(first)
    expect(await page.locator('.row').count()).toBeLessThan(60)

    // Its beginning, and nothing moves there.
    const list = page.getByRole('grid')
    await list.focus()
    await list.press('Home')
    await page.locator('.row[data-row="25"]').waitFor()
    const top = await page.locator('.row').nth(3).getAttribute('data-row')
    const seen = await countOf(page)
    await grown(page, seen + aSecond)
    expect(await page.locator('.row').nth(3).getAttribute('data-row')).toBe(top)

    // What is there once in a million.
    await page.keyboard.press('/')
    await page.keyboard.type('message 654321 of')
    await page.keyboard.press('Enter')
    const found = page.locator('.row.current', { hasText: 'message 654321 of' })
    await found.waitFor()
    const row = await found.getAttribute('data-row')

    // Filtered to one connection's worth of it, and back at the same row.
    await page.locator('#find').fill('654321')
    await page.getByRole('button', { name: 'Filter' }).first().click()
    await page.getByText('1 of').waitFor()
    await page.locator('.row', { hasText: 'message 654321 of' }).click()
    await page.getByRole('grid').press('Escape')
    await page.locator(`.row.current[data-row="${row}"]`).waitFor()
    await page.locator(`.row[data-row="${Number(row) + 2}"]`).waitFor()

    // Any other place is at hand, while it grows.
    await list.hover()
    for (let turn = 0; turn < 20; turn++) {
      const share = ((turn * 7) % 20) / 20
      await list.evaluate((element, to) => {
        element.scrollTop = element.scrollHeight * to
      }, share)
      await page.mouse.wheel(0, 300)
      await page.locator('.sheet [data-row]').last().waitFor()
    }

    const of = await health.end()
    expect(of.script).toBeLessThanOrEqual(0.2)
    expect(of.task).toBeLessThanOrEqual(150)
    expect(of.heap).toBeLessThanOrEqual(50 * 1024 * 1024)
    expect(complaints).toEqual([])
  },
)
