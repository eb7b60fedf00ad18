import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { dial, shownPort } from '../support/serving.js'

/** Texts whose contrast with what is behind them is below what WCAG 2.2, 1.4.3 asks for. */
function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    if (canvas === null) throw new Error('this browser draws nothing')
    const read = (colour: string): number[] => {
      canvas.clearRect(0, 0, 1, 1)
      canvas.fillStyle = colour
      canvas.fillRect(0, 0, 1, 1)
      return [...canvas.getImageData(0, 0, 1, 1).data]
    }
    const light = ([red = 0, green = 0, blue = 0]: number[]): number => {
      const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) => {
        const part = value / 255
        return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const behind = (element: Element | null): number[] => {
      for (let at = element; at !== null; at = at.parentElement) {
        const colour = read(getComputedStyle(at).backgroundColor)
        if (colour[3] === 255) return colour
      }
      return read('Canvas')
    }
    const found: string[] = []
    for (const element of document.querySelectorAll('body *')) {
      const own = [...element.childNodes].some(
        (node) => node.nodeType === 3 && node.textContent?.trim() !== '',
      )
      if (!own || element.closest(':disabled') !== null || !element.checkVisibility()) continue
      const pair = [light(read(getComputedStyle(element).color)), light(behind(element))]
      const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)
      if (ratio < 4.5) found.push(`${element.className} ${element.textContent}: ${ratio}`)
    }
    return found
  })
}

/** Whether all of the page is in sight at 1280×720: nothing needs a scroll bar but what is made for it. */
function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement
    const wide = [...document.querySelectorAll('.pane, .composer, .toolbar, .heads, dialog')]
      .filter((each) => each.scrollWidth > each.clientWidth + 1)
      .map((each) => each.className)
    const words = [
      ...document.querySelectorAll(
        'button, label, h2, legend, .tabs, .composer-foot > span, .row-count',
      ),
    ]
      .filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth + 1)
      .map((each) => `cut: ${each.textContent}`)
    wide.push(...words)
    const isWhole = scrollWidth <= clientWidth && scrollHeight <= clientHeight
    return isWhole ? wide : ['the page', ...wide]
  })
}

async function fill(page: Page, start: string): Promise<void> {
  await page.keyboard.press('n')
  await page.locator('dialog input').first().fill('127.0.0.1:0')
  await page.locator('dialog').getByRole('button', { name: start, exact: true }).click()
  const socket = await dial(await shownPort(page))
  const gone = await dial(await shownPort(page))
  gone.end()
  await page.locator('.row.event').nth(3).waitFor()
  socket.write('你好，世界\n')
  await page.locator('.row.in', { hasText: '你好，世界' }).click()
  await page.locator('.details pre').waitFor()
  // A part of it is marked, with an escape in it.
  await page.locator('.toolbar select').first().selectOption('hex')
  await page.locator('#find').fill('e7958c0a')
  await page.locator('#find').press('Enter')
  await page.locator('.row mark .escape').waitFor()
  await page.locator('#filter').click()
  await page.locator('.drop').waitFor()
}

/** The panes beside the sheet, and one look at all sessions. */
async function eachPane(page: Page, look: () => Promise<void>): Promise<void> {
  const tabs = page.locator('.side > .tabs [role=tab]')
  for (let tab = 0; tab < (await tabs.count()); tab++) {
    await tabs.nth(tab).click()
    await look()
  }
  await page.locator('.session-all').click()
  await page.locator('.session-all[aria-current="true"]').waitFor()
  await look()
  await page.locator('.session-name').first().click()
}

itPeer('chromium', 'light and dark, each legible at 1280 by 720', async (program) => {
  const { page, complaints } = await openWorkbench(program)
  await fill(page, 'Start')
  const grounds: string[] = []
  for (const theme of ['light', 'dark']) {
    await page.getByLabel('Theme').selectOption(theme)
    await page.locator(`html[data-theme="${theme}"]`).waitFor()
    grounds.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor))
    await eachPane(page, async () => {
      expect(await faintTexts(page)).toEqual([])
      expect(await overflow(page)).toEqual([])
    })
    for (const key of ['n', '?']) {
      await page.keyboard.press(key)
      await page.locator('dialog').waitFor()
      expect(await faintTexts(page)).toEqual([])
      expect(await overflow(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.locator('dialog').waitFor({ state: 'detached' })
    }
  }
  expect(new Set(grounds).size).toBe(2)

  // What the system wants, where nothing else is chosen; and what is chosen is kept.
  await page.reload()
  await page.locator('html[data-theme="dark"]').waitFor()
  await page.getByLabel('Theme').selectOption('system')
  await page.locator('html[data-theme="system"]').waitFor()
  await page.emulateMedia({ colorScheme: 'light' })
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
    grounds[0],
  )
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
    grounds[1],
  )
  expect(complaints).toEqual([])
})

itPeer('chromium', 'in Chinese, all of it', async (program) => {
  const { page, complaints } = await openWorkbench(program)
  await page.getByLabel('Language').selectOption('zh')
  await page.getByText('还没有任何会话。').waitFor()
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-CN')
  await fill(page, '启动')
  await page.locator('.drop').click()
  await page.locator('.drop').waitFor({ state: 'detached' })
  await page.locator('#composer').fill('收到：你好')
  await page.keyboard.press('Enter')
  await page.locator('.row.out', { hasText: '收到：你好' }).waitFor()
  await page.getByText('已发给 1 个连接').waitFor()
  await eachPane(page, async () => {
    expect(await overflow(page)).toEqual([])
  })
  // The words of the page, without what is a name everywhere.
  const left = await page.evaluate(() => {
    const spoken = [...document.querySelectorAll('button, .hint, .counts, h2, label, th')]
    return spoken
      .map((each) => each.textContent ?? '')
      .filter((text) => /[a-z]{4}/i.test(text) && !/[\u4E00-\u9FFF]/.test(text))
  })
  expect(left).toEqual([])
  await page.reload()
  await page.getByRole('button', { name: '+ 新建' }).waitFor()
  expect(complaints).toEqual([])
})
