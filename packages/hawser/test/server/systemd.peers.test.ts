import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ScriptedPeer } from 'hawser/testing'
import { expect } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { itPeer } from '../../../../test/support/peers.js'
import { Running } from '../../../../test/support/running.js'

const support = (name: string): string => fileURLToPath(new URL(`support/${name}`, import.meta.url))
const program: string = support('activated.mjs')

itPeer(
  'systemd-socket-activate',
  'what systemd itself passes on is listened on by name',
  async (activator) => {
    const folder = createFolder()
    const [first, second] = [join(folder, 'first.sock'), join(folder, 'second.sock')]
    const listens = ['-l', first, '-l', second, '--fdname=a:b']
    const command = [process.execPath, program, 'systemd:b', 'systemd:a']
    const running = new Running(activator, [...listens, ...command])
    // It starts the program when somebody connects.
    await running.complains(/Listening on .*second\.sock/)
    await using peer = await ScriptedPeer.connect(first)
    await peer.receives(`at ${first}`)
    const [line] = await running.prints(/\[.*\]/)
    expect(JSON.parse(line)).toEqual([second, first])
    await using other = await ScriptedPeer.connect(second)
    await other.receives(`at ${second}`)
    running.finish()
    expect(await running.ended).toEqual({ code: 0, signal: null })
  },
)
