import type { Socket } from 'node:net'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { dial, startServer } from '../support/serving.js'

const patient = { timeout: 60_000, interval: 20 }

/** A server that says nothing by itself, and a client of it. */
async function startBoth(page: Page): Promise<{ socket: Socket; heard: () => string }> {
  const socket = await dial(await startServer(page, { reply: 'none' }))
  let heard = ''
  socket.on('data', (bytes: Buffer) => (heard += bytes.toString('latin1')))
  await page.getByText('1 of 10,000 connected').waitFor()
  return { socket, heard: () => heard }
}

itPeer(
  'chromium',
  'a message is repeated without its page, and stopped by another',
  async (program) => {
    const { page, complaints } = await openWorkbench(program)
    const { socket, heard } = await startBoth(page)

    await page.locator('#composer').fill('tick {{seq}}')
    await page.getByLabel('Variables').check()
    await page.getByRole('button', { name: 'Repeat', exact: true }).click()
    await page.getByLabel('Every').fill('10')
    await page.getByRole('button', { name: 'Start repeating' }).click()
    await page.locator('.run.running', { hasText: 'every 10 ms' }).waitFor()
    await expect.poll(heard, patient).toMatch(/^tick 1\ntick 2\ntick 3\n/)

    // A page that is gone neither stops it nor slows it.
    const address = page.url()
    await page.goto('about:blank')
    const before = heard().length
    await expect.poll(() => heard().length, patient).toBeGreaterThan(before + 100)
    await page.goto(address)
    await page.locator('.run.running').getByRole('button', { name: 'Stop' }).click()
    await page.locator('.run.stopped').waitFor()
    await page.locator('.row.event', { hasText: 'Repeat · stopped' }).waitFor()
    await page.locator('.run.stopped').getByRole('button', { name: 'Close' }).click()
    await page.locator('.run').waitFor({ state: 'detached' })

    // So many times, and until the peer has gone.
    await page.locator('.session-name').first().click()
    await page.locator('#composer').fill('once more')
    await page.getByRole('button', { name: 'Repeat', exact: true }).click()
    await page.getByLabel('Every').fill('1')
    await page.getByLabel('Times').fill('3')
    await page.getByLabel('Times').press('Enter')
    await page.locator('.run.done', { hasText: '3 of 3 sent' }).waitFor()
    await page.getByRole('button', { name: 'Repeat', exact: true }).click()
    await page.getByLabel('Every').fill('60000')
    await page.getByLabel('Times').fill('')
    await page.getByLabel('Times').press('Enter')
    await page.locator('.run.running', { hasText: '1 sent' }).waitFor()
    socket.destroy()
    await page.locator('.run.stopped', { hasText: 'no connection is open any more' }).waitFor()
    expect(complaints).toEqual([])
  },
)

itPeer('chromium', 'messages are saved, found, put in order and sent by a key', async (program) => {
  const { page, complaints } = await openWorkbench(program)
  const { heard } = await startBoth(page)
  const keys = page.keyboard
  const save = async (text: string, name: string): Promise<void> => {
    await page.locator('#composer').fill(text)
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByLabel('Save as', { exact: true }).fill(name)
    await keys.press('Enter')
    await page.locator('.saved-item', { hasText: name }).waitFor()
    await page.locator('#composer').fill('sent')
    await page.locator('#composer').press('Enter')
    await page.getByText('Sent to 1').waitFor()
  }
  await save('one\\x00', 'first')
  await save('two {{seq}}', 'second')
  const names = (): Promise<string[]> => page.locator('.saved-item strong').allInnerTexts()

  // What was said of the last message is said in the language that is chosen then.
  await page.getByLabel('Language').selectOption('zh')
  await page.getByText('已发给 1 个连接').waitFor()
  await page.getByLabel('语言').selectOption('en')

  // A name that is taken, and a changed message.
  await page.getByRole('button', { name: 'Edit: second' }).click()
  await expect.poll(() => page.locator('#composer').inputValue(), patient).toBe('two {{seq}}')
  await page.getByLabel('Variables').check()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByLabel('Save as', { exact: true }).fill('first')
  await keys.press('Enter')
  await page.getByRole('alert').filter({ hasText: 'there is a message first already' }).waitFor()
  await page.getByLabel('Save as', { exact: true }).fill('numbered')
  await keys.press('Enter')
  await expect.poll(names, patient).toEqual(['first', 'numbered'])

  // By a key, while they are shown; in another order.
  await page.getByRole('button', { name: 'Later: first' }).click()
  await expect.poll(names, patient).toEqual(['numbered', 'first'])
  await page.getByRole('tab', { name: 'Details' }).click()
  await page.getByRole('grid').focus()
  await keys.press('1')
  await keys.press('s')
  await page.locator('.saved-item').first().waitFor()
  await keys.press('1')
  await keys.press('2')
  await expect.poll(heard, patient).toBe('sent\nsent\ntwo 1\none\0\n')

  await page.getByLabel('Search what is saved').fill('NUMB')
  await expect.poll(names, patient).toEqual(['numbered'])
  await page.getByLabel('Search what is saved').fill('')
  await page.getByRole('button', { name: 'Remove: first' }).click()
  await expect.poll(names, patient).toEqual(['numbered'])

  // They are the workbench's: a page that is loaded again has them.
  await page.reload()
  await page.getByRole('tab', { name: 'Saved' }).click()
  await expect.poll(names, patient).toEqual(['numbered'])
  expect(complaints).toEqual([])
})

itPeer(
  'chromium',
  'a sequence is written, played, and says which step has failed',
  async (program) => {
    const { page, complaints } = await openWorkbench(program)
    const { socket, heard } = await startBoth(page)
    let reply = '331 password\n'
    socket.on('data', () => socket.write(reply))
    await page.getByRole('tab', { name: 'Saved' }).click()
    await page.getByRole('button', { name: '+ Sequence' }).click()
    const dialog = page.locator('dialog')
    await dialog.getByLabel('Name').fill('log in')
    await dialog.getByLabel('Times').fill('2')
    const step = (index: number) => dialog.locator('.step').nth(index)
    await step(0).getByLabel('Text').fill('USER ann')
    await dialog.getByRole('button', { name: 'Add a step' }).click()
    await step(1).getByLabel('What it does').selectOption('wait')
    await step(1).getByLabel('As', { exact: true }).selectOption('regex')
    await step(1).getByLabel('Regex').fill('(')
    await step(1).getByLabel('within').fill('60000')
    await dialog.getByRole('button', { name: 'Save sequence' }).click()
    await dialog.waitFor({ state: 'detached' })

    const item = page.locator('.saved-item', { hasText: 'log in' })
    await item.locator('.saved-act').click()
    await page.locator('.notices li', { hasText: 'step 2: Invalid regular expression' }).waitFor()
    await page.getByRole('button', { name: 'Edit: log in' }).click()
    await step(1)
      .getByLabel('Regex')
      .fill(String.raw`^331\b`)
    await dialog.getByRole('button', { name: 'Save sequence' }).click()
    await dialog.waitFor({ state: 'detached' })
    await item.getByText('2 steps × 2').waitFor()
    await item.locator('.saved-act').click()
    await page.locator('.run.done', { hasText: '2 of 2 sent' }).waitFor()
    expect(heard()).toBe('USER ann\nUSER ann\n')

    reply = '530 no\n'
    await page.getByRole('button', { name: 'Edit: log in' }).click()
    await step(1).getByLabel('within').fill('300')
    await dialog.getByRole('button', { name: 'Save sequence' }).click()
    await dialog.waitFor({ state: 'detached' })
    await item.locator('.saved-act').focus()
    await page.keyboard.press('Enter')
    const why = String.raw`did not say /^331\b/ within 300 ms`
    await page.locator('.run.failed', { hasText: why }).waitFor()
    await page.locator('.run.failed', { hasText: 'step 2 of 2' }).waitFor()
    await page.locator('.row.event', { hasText: 'Sequence log in · failed · at step 2' }).waitFor()

    // What plays is stopped by a key.
    await page.getByRole('button', { name: 'Edit: log in' }).click()
    await step(1).getByLabel('within').fill('3600000')
    await dialog.getByRole('button', { name: 'Save sequence' }).click()
    await dialog.waitFor({ state: 'detached' })
    await item.locator('.saved-act').click()
    await page.locator('.run.running', { hasText: 'step 2 of 2' }).waitFor()
    await page.keyboard.press('x')
    await page.locator('.run.stopped').waitFor()
    expect(complaints).toEqual([])
  },
)
