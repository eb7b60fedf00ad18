import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createLog } from 'hawser/log'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { createList } from '../support/sessions.js'

it('a file that is opened is there by its whole path', async () => {
  const { list } = await createList()
  const path = join(createFolder(), 'a.hawser')
  await (await createLog(path)).close()
  const id = await list.start({ kind: 'file', name: 'a', path: join(path, '..', 'a.hawser') })
  expect(list.fileOf(id)).toBe(path)
  expect(list.all).toMatchObject([{ state: 'running', log: id, canSend: false }])
})

it.each([
  ['none.hawser', /there is no file .*none\.hawser: check its name/],
  ['folder', /is a folder: name a session log/],
  ['text.txt', /is not a session log/],
  ['socket', /is no file/],
  ['a.pcapng', /is a packet capture: open it in Wireshark/],
])('what is no log is refused, and no session: %s', async (name, message) => {
  const { list } = await createList()
  const folder = createFolder()
  mkdirSync(join(folder, 'folder'))
  writeFileSync(join(folder, 'text.txt'), 'hello')
  writeFileSync(join(folder, 'a.pcapng'), Buffer.from('0a0d0d0a1c000000', 'hex'))
  const server = createServer().listen(join(folder, 'socket'))
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const path = join(folder, name)
  await expect(list.start({ kind: 'file', name: 'a', path })).rejects.toThrow(message)
  await expect(list.start({ kind: 'file', name: 'a', path })).rejects.toMatchObject({
    code: 'WORKBENCH_FAILED',
  })
  expect(list.all).toEqual([])
})

it.each([String.raw`\\host\share\a.hawser`, '//host/a.hawser', 'https://host/a.hawser'])(
  'only files of this machine are opened: %s',
  async (path) => {
    const { list } = await createList()
    const opened = list.start({ kind: 'file', name: 'a', path })
    await expect(opened).rejects.toThrow(/on another machine/)
  },
)
