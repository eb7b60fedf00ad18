import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect, lines } from 'hawser'
import { expect } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { findPeer, itPeer } from '../../../../../test/support/peers.js'
import { nextMessage } from '../../support/client.js'
import { Command, hawser } from '../../support/command.js'

const serviceManager: string = fileURLToPath(
  new URL('../../../../hawser/test/systemd/service-manager.py', import.meta.url),
)

itPeer('systemd-socket-activate', 'serves on what systemd passes on', async (activator) => {
  const path = join(createFolder(), 'app.sock')
  const listens = ['-l', path, '--fdname=web']
  const command = [process.execPath, hawser, 'serve', 'systemd:web', '--echo']
  const server = new Command(activator, [...listens, ...command])
  await server.complains(/Listening on .*app\.sock/)
  const client = await connect(path, { framing: lines() })
  await client.send('hello')
  expect(await nextMessage(client)).toBe('hello')
  await server.prints(/listening on unix:.*app\.sock \(lines, echo\)/)
  client.reset()
  server.kill('SIGTERM')
  expect((await server.ended).code).toBe(0)
})

const manager = findPeer('systemd-notify') === undefined ? 'systemd-notify' : 'python3'

itPeer(manager, 'tells systemd that it is ready, alive and stopping', async (python) => {
  const path = join(createFolder(), 'notify')
  const told = new Command(python, [serviceManager, path])
  await told.prints(/^ready\n/)
  const env = { NOTIFY_SOCKET: path, WATCHDOG_USEC: '200000' }
  const server = Command.hawser(['serve', '0'], { env })
  const port = await server.port()
  await told.prints(new RegExp(`"READY=1.nSTATUS=listening on tcp://127.0.0.1:${port}"`))
  await told.prints(/"WATCHDOG=1"/)
  server.kill('SIGTERM')
  await told.prints(/"STOPPING=1.nSTATUS=draining 0 connections"/)
  expect(await server.ended).toMatchObject({ code: 0, stderr: '' })
})
