import { expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { shownPort } from '../support/serving.js'

itPeer(
  'chromium',
  'a client that does not trust a certificate says what to tick, and speaks TLS then',
  async (program) => {
    const { page, complaints } = await openWorkbench(program)
    const dialog = page.locator('dialog')
    const start = async (): Promise<void> => {
      await dialog.getByRole('button', { name: 'Start', exact: true }).click()
      await dialog.waitFor({ state: 'detached' })
    }
    await page.getByRole('button', { name: '+ New' }).click()
    await dialog.getByLabel('Listen on').fill('127.0.0.1:0')
    await dialog.getByLabel('TLS with the development certificate').check()
    await start()
    const port = await shownPort(page)

    await page.getByRole('button', { name: '+ New' }).click()
    await dialog.getByRole('tab', { name: 'Client' }).click()
    await dialog.getByLabel('Connect to').fill(`127.0.0.1:${port}`)
    await dialog.getByLabel('TLS', { exact: true }).check()
    await start()
    const client = page.locator('[data-session="2"]')
    await client.getByText("tick 'trust any certificate' under Change").waitFor()
    expect(await client.locator('.failure').innerText()).not.toContain('tls.ca')

    await client.getByRole('button', { name: 'Change' }).click()
    await dialog.getByLabel('trust any certificate').check()
    await start()
    await page.locator('#composer').fill('in secret')
    await page.locator('#composer').press('Enter')
    await page.locator('.row.in', { hasText: 'in secret' }).click()
    await page.locator('.details .flag', { hasText: 'TLS, decrypted' }).waitFor()
    await page.getByRole('tab', { name: 'Connections' }).click()
    await page.locator('.tls', { hasText: /^TLSv1\.3 · TLS_/ }).waitFor()
    const certificate = page.locator('.certificate')
    await page.locator('.issuer', { hasText: 'signed by itself' }).waitFor()
    expect(await certificate.innerText()).toMatch(
      /^Certificate CN=Hawser.*, expires [A-Z][a-z]+ \d+, \d{4}$/,
    )
    expect(complaints).toEqual([])
  },
)
