import { expect } from 'vitest'
import { itPeer } from '../../../../../test/support/peers.js'
import { Command } from '../../support/command.js'
import { ask, connectRaw, serveEcho, startProxy } from '../../support/proxied.js'

itPeer('tshark', 'tshark attaches to a proxy, and follows what passes', async (tshark) => {
  const words = ['--pcap-live', '0', '--fault', 'latency=1']
  const { proxy, port } = await startProxy(await serveEcho(), words)
  const [, place = ''] = await proxy.prints(/pcapng on (TCP@127\.0\.0\.1:\d+)\n/)
  // One connection is open before it attaches: its packets have no beginning for it.
  const early = await connectRaw(port)
  await early.send('early')
  await early.receive()
  const fields = ['-T', 'fields', '-e', 'tcp.payload', '-e', 'tcp.flags.str', '-e', 'frame.comment']
  const viewer = new Command(tshark, ['-l', '-n', '-i', place, '-Y', 'tcp', ...fields])
  // It says so before it reads: what passes until its first packet is asked again.
  await viewer.complains(/Capturing on/)
  const hello = Buffer.from('hello\n').toString('hex')
  const asked = setInterval(() => void ask(port, 'hello').catch(() => undefined), 200)
  await viewer.prints(new RegExp(hello))
  await viewer.prints(/ended by client/)
  await viewer.prints(/latency=1ms@down/)
  clearInterval(asked)
  viewer.kill('SIGINT')
  await viewer.ended
  proxy.kill('SIGINT')
  expect((await proxy.ended).code).toBe(0)
})
