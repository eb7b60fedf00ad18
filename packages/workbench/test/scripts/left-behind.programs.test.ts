import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'

const script = new URL('../../dist/scripts/script.js', import.meta.url).href

it.each(['SIGKILL', 'SIGTERM'] as const)(
  'a workbench that %s ends leaves no script behind, not even one that loops for ever',
  async (signal) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const folder = createFolder({
      // It is connected as long as its process is there.
      'a.mjs': `
        import { once } from 'node:events'
        import { connect } from 'node:net'
        await once(connect(${port}, '127.0.0.1'), 'connect')
        for (;;);`,
    })
    const url = pathToFileURL(join(folder, 'a.mjs')).href
    const program = `
      const { Script } = await import(${JSON.stringify(script)})
      const allow = () => Promise.resolve({ url: ${JSON.stringify(url)} })
      await Script.start({ name: 'a.mjs', allow, noticed() {} })`
    const workbench = spawn(process.execPath, ['--input-type=module', '-e', program])
    const [socket] = (await once(server, 'connection')) as [Socket]
    socket.on('error', () => undefined).resume()
    const gone = once(socket, 'close')
    workbench.kill(signal)
    const [[, endedBy]] = await Promise.all([once(workbench, 'exit'), gone])
    expect(endedBy).toBe(signal)
  },
)
