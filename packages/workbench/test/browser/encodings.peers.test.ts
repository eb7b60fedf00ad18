import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { expect } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { openWorkbench } from '../support/browser.js'
import { dial, startServer } from '../support/serving.js'

const hello = Buffer.from('c4e3bac3', 'hex')

itPeer('chromium', 'text in GBK is read, found and sent, and stays chosen', async (program) => {
  const { page, complaints } = await openWorkbench(program)
  const socket = await dial(await startServer(page, { reply: 'none' }))
  // Each row is shown before the next one is sent, so that they are two, cut in the second character.
  socket.write(hello.subarray(0, 3))
  await page.locator('.row.in', { hasText: '\\xc4\\xe3\\xba' }).waitFor()
  socket.write(Buffer.concat([hello.subarray(3), hello, Buffer.from('\n')]))
  await page.locator('.row.in').nth(1).waitFor()

  await page.getByLabel('Encoding').selectOption('gbk')
  await page.locator('.row.in', { hasText: '你\\xba' }).waitFor()
  await page.locator('.row.in', { hasText: '\\xc3你好\\n' }).waitFor()
  await page.keyboard.press('m')
  const message = page.locator('.row.in', { hasText: '你好你好' })
  await message.click()
  await page.locator('.details pre', { hasText: '你好你好' }).waitFor()

  // Found where it is cut, too.
  await page.keyboard.press('m')
  await page.locator('.row.in', { hasText: '你\\xba' }).click()
  await page.locator('.row.in.current', { hasText: '你\\xba' }).waitFor()
  await page.locator('#find').fill('好你')
  await page.locator('#find').press('Enter')
  await page.locator('.row.in.current', { hasText: '\\xc3你好' }).waitFor()

  const heard = once(socket, 'data') as Promise<[Buffer]>
  await page.locator('#composer').fill('你好')
  await page.locator('#composer').press('Enter')
  expect((await heard)[0]).toEqual(Buffer.concat([hello, Buffer.from('\n')]))
  await page.locator('.row.out', { hasText: '你好\\n' }).waitFor()

  await page.reload()
  await page.locator('.session-name').first().click()
  await page.locator('.row.out', { hasText: '你好\\n' }).waitFor()
  expect(complaints).toEqual([])
})
