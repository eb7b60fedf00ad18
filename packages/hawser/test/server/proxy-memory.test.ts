import { lines } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { expect, it, onTestFinished } from 'vitest'
import { usedMemory } from '../../../../test/support/memory.js'
import { binary } from '../proxy-protocol/support/headers.js'
import { portOf, serve } from './support/serving.js'

const connections = 40
const kibibyte = 1024

it('a PROXY header of a thousand records takes about its own size as long as its connection is there', async () => {
  const address = [127, 0, 0, 1, 127, 0, 0, 1, 0x1f, 0x90, 0x1f, 0x91]
  const records = Array.from({ length: 1_000 }, () => [0xe0, 0, 1, 0x41]).flat()
  const header = binary(0x21, 0x11, Uint8Array.from([...address, ...records]))
  const seen: (number | undefined)[] = []
  const server = await serve(
    { framing: lines(), proxyProtocol: { trusted: ['127.0.0.1'], mode: 'require' } },
    {
      message(connection) {
        seen.push(connection.proxyHeader?.tlvs.others?.length)
      },
    },
  )
  const come = async (count: number): Promise<void> => {
    const before = seen.length
    for (let peer = 0; peer < count; peer += 1) {
      const caller = await ScriptedPeer.connect(portOf(server))
      onTestFinished(() => caller.reset())
      await caller.send(header)
      await caller.send('hello\n')
    }
    while (seen.length < before + count) await new Promise(setImmediate)
  }
  await come(10)
  const before = await usedMemory()
  await come(connections)
  const grown = (await usedMemory()) - before
  expect(new Set(seen)).toEqual(new Set([1_000]))
  // With the peers, which are in this process as well.
  expect(grown / connections).toBeLessThan(40 * kibibyte)
})
