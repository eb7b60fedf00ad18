import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, existsSync, openSync } from 'node:fs'
import { Duplex, type Readable, type Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { ReadStream } from 'node:tty'
import { attach, createClient, lengthPrefixed, lines } from 'hawser'
import { expect, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { findPeer, itPeer } from '../../../../test/support/peers.js'
import { startSshd } from '../client/support/real-proxies.js'
import { make, portOf } from '../server/support/serving.js'

type Channel = ChildProcessByStdio<Writable, Readable, null>

itPeer('ssh', 'a client over a channel of ssh comes back when ssh was killed', async (program) => {
  const server = make({ framing: lines() }, async (connection) => {
    for await (const line of connection) await connection.send(`${line} back`)
  })
  await server.listen('tcp://127.0.0.1:0')
  const login = await startSshd(findPeer('sshd') ?? 'sshd')
  const channels: Channel[] = []
  const client = createClient<string, string>(
    () => {
      const target = `127.0.0.1:${portOf(server)}`
      const channel = spawn(program, ['-W', target, ...login], {
        stdio: ['pipe', 'pipe', 'ignore'],
      })
      channels.push(channel)
      return Duplex.from({ readable: channel.stdout, writable: channel.stdin })
    },
    { framing: lines(), backoff: { initial: 10, max: 10 } },
  )
  onTestFinished(() => client.close({ drain: 0 }).then(() => undefined))
  const long = 'through the tunnel '.repeat(3_000)
  expect(await client.request(long)).toBe(`${long} back`)
  channels[0]?.kill('SIGKILL')
  await client.connection?.closed
  expect(await client.request('again')).toBe('again back')
  expect(channels).toHaveLength(2)
  await client.close()
  for (const channel of channels) {
    if (channel.exitCode === null && channel.signalCode === null) await once(channel, 'exit')
  }
})

itPeer(
  'socat',
  'two connections over a pair of terminals, as over a serial line',
  async (socat) => {
    const folder = createFolder()
    const [one, other] = [`${folder}/one`, `${folder}/other`]
    const line = (path: string): string => `pty,raw,echo=0,link=${path}`
    const cable = spawn(socat, [line(one), line(other)], { stdio: 'ignore' })
    const exited = once(cable, 'exit')
    onTestFinished(async () => {
      cable.kill()
      await exited
    })
    while (!existsSync(one) || !existsSync(other)) await sleep(5)
    const open = (path: string): Duplex =>
      new ReadStream(openSync(path, constants.O_RDWR | constants.O_NOCTTY))
    const framing = lengthPrefixed({ bytes: 2 })
    const gauge = attach(open(other), {
      framing,
      handler: { message: (connection, bytes) => connection.send(bytes.toReversed()) },
    })
    const connection = attach(open(one), { framing })
    const replies = connection[Symbol.asyncIterator]()
    for (const size of [0, 1, 255, 20_000]) {
      const message = Uint8Array.from({ length: size }, (_, index) => index)
      await connection.send(message)
      const { value } = await replies.next()
      expect(Buffer.from(value as Uint8Array).equals(message.toReversed())).toBe(true)
    }
    cable.kill()
    // To a terminal whose other end is gone, that is an end of file.
    expect(await replies.next()).toEqual({ done: true, value: undefined })
    const ends = await Promise.all([connection.closed, gauge.closed])
    expect(ends.map(({ reason }) => reason)).toEqual(['ended', 'ended'])
  },
)
