import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { startServer } from '../support/serving.js'

itPeer(
  'chromium',
  'a folder is opened, started, mended, read again, and what was started is saved into it',
  async (program) => {
    const folder = createFolder({
      'servers/echo.json': JSON.stringify({ name: 'echo', listen: 'unix:echo.sock' }),
      'servers/bad.json': JSON.stringify({ name: '<b>bad', listen: '127.0.0.1:0' }),
      'clients/caller.json': JSON.stringify({ name: 'caller', connect: 'unix:echo.sock' }),
    })
    const { page, complaints } = await openWorkbench(program, folder)
    const project = page.getByRole('region', { name: 'Project' })
    const state = (id: number, name: string) =>
      page.locator(`[data-session="${id}"] .state[aria-label="${name}"]`)
    await project.getByText('servers/bad.json').waitFor()
    await state(1, 'stopped').waitFor()
    await state(2, 'stopped').waitFor()
    expect(await page.locator('.session').count()).toBe(2)

    await project.getByRole('button', { name: 'Start all' }).click()
    await state(1, 'running').waitFor()
    await state(2, 'running').waitFor()

    const mended = JSON.stringify({ name: 'mended', listen: '127.0.0.1:0' })
    writeFileSync(join(folder, 'servers/bad.json'), mended)
    await project.getByRole('button', { name: 'Read again' }).click()
    await state(3, 'stopped').waitFor()
    await project.locator('.problems').waitFor({ state: 'detached' })

    await startServer(page, { name: 'fresh' })
    await state(4, 'running').waitFor()
    await page.getByRole('button', { name: 'Save to project' }).click()
    await page.locator('.notices').getByText('Saved to servers/fresh.json').waitFor()
    expect(await page.getByRole('button', { name: 'Saved', exact: true }).isDisabled()).toBe(true)
    expect(JSON.parse(readFileSync(join(folder, 'servers/fresh.json'), 'utf8'))).toMatchObject({
      name: 'fresh',
      listen: '127.0.0.1:0',
    })

    await page.getByLabel('Language').selectOption('zh')
    await page.getByRole('region', { name: '项目' }).getByText('全部启动').waitFor()
    await page.getByRole('button', { name: '已保存' }).waitFor()
    expect(complaints).toEqual([])
  },
)
