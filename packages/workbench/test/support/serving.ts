import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

/** What is filled in beside the address. */
interface ServerFields {
  readonly name?: string
  readonly framing?: string
  /** What the server does with a message; without it, the page's first choice. */
  readonly reply?: 'none' | 'echo' | 'chat'
}

/** Start a server by the dialog of the page, on a free port. @returns its port */
export async function startServer(
  page: Page,
  { name, framing, reply }: ServerFields = {},
): Promise<number> {
  await page.getByRole('button', { name: '+ New' }).click()
  const dialog = page.locator('dialog')
  await dialog.getByLabel('Listen on').fill('127.0.0.1:0')
  if (name !== undefined) await dialog.getByLabel('Name', { exact: true }).fill(name)
  if (framing !== undefined) await dialog.getByLabel('Framing').fill(framing)
  if (reply !== undefined) await dialog.getByLabel('Reply').selectOption(reply)
  await dialog.getByRole('button', { name: 'Start', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  return shownPort(page)
}

/** The port of the session that is shown, once it listens. */
export async function shownPort(page: Page): Promise<number> {
  const address = await page.locator('.session.shown .address').first().innerText()
  return Number(address.split(':').at(-1))
}

/** A client that is connected, and ends with the test; that it is reset is no error. */
export async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}
