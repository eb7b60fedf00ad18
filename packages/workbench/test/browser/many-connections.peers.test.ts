import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import type { Locator, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { watchHealth } from '../support/health.js'
import { startServer } from '../support/serving.js'

const sessions = 20
const connections = 400

async function dialMany(port: number, count: number): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1'))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  await Promise.all(sockets.map((socket) => once(socket.resume(), 'connect')))
  return sockets
}

async function isInSight(item: Locator): Promise<boolean> {
  const box = await item.boundingBox()
  return box !== null && box.y >= 0 && Math.floor(box.y + box.height) <= 720
}

/** Scroll to the end of the connections. @returns the number of the last one that is there */
function goToLast(page: Page): Promise<number> {
  return page.locator('.side-body').evaluate((box) => {
    box.scrollTop = box.scrollHeight
    const last = [...box.querySelectorAll<HTMLElement>('[data-connection]')].at(-1)
    return Number(last?.dataset['connection'])
  })
}

itPeer(
  'chromium',
  '20 sessions with 400 connections each leave the page quick',
  async (program) => {
    const { page, complaints, browser } = await openWorkbench(program)
    const sockets: Socket[] = []
    for (let session = 1; session <= sessions; session++) {
      sockets.push(...(await dialMany(await startServer(page), connections)))
    }
    // What was started last is in sight.
    expect(await isInSight(page.locator(`[data-session="${sessions}"]`))).toBe(true)
    await page.getByRole('tab', { name: 'Connections' }).click()
    await expect.poll(() => goToLast(page), { timeout: 60_000 }).toBe(sessions * connections)
    // Those in sight are there, and not all 400.
    expect(await page.locator('[data-connection]').count()).toBeLessThan(connections / 4)
    await page.getByRole('button', { name: 'Everything' }).click()
    await page.locator(`[data-session="${sessions}"] .session-name`).click()
    await expect.poll(() => goToLast(page), { timeout: 60_000 }).toBe(sessions * connections)
    const health = await watchHealth(browser, page)
    let said = 0
    const timer = setInterval(() => {
      for (let count = 0; count < 20; count++) sockets[said++ % sockets.length]?.write('hello\n')
      sockets.at(-1)?.write('the last one speaks\n')
    }, 20)
    onTestFinished(() => clearInterval(timer))
    // Each of the last session has its bytes counted, and the sheet follows.
    const last = page.locator(`[data-connection="${sessions * connections}"]`)
    await last.getByText(/← [1-9][\d.]* KiB/).waitFor()
    await page.locator('.row.in', { hasText: 'the last one speaks' }).last().waitFor()

    const of = await health.end()
    expect(of.script).toBeLessThanOrEqual(0.2)
    expect(of.task).toBeLessThanOrEqual(150)
    expect(of.heap).toBeLessThanOrEqual(50 * 1024 * 1024)
    expect(complaints).toEqual([])
  },
)
