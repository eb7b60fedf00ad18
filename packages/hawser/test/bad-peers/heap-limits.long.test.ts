import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'

// Two programs that peers once made run out of memory. Each lives in a heap of a fixed size.

/** A program of `support/` with so many MiB of heap, and its port. */
async function start(
  name: string,
  heap: number,
  ...args: string[]
): Promise<{ child: ChildProcess; port: number; ended: Promise<unknown[]> }> {
  const path = fileURLToPath(new URL(`support/${name}`, import.meta.url))
  const child = spawn(process.execPath, [`--max-old-space-size=${heap}`, path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, port: Number(line), ended }
}

/** A client that reads nothing; the server may reset it. */
async function dialDeaf(port: number): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  socket.on('error', () => {})
  return socket.pause()
}

it('a chat of 500 whose members do not read survives 110,000 empty lines in 512 MB', async () => {
  const { port, ended } = await start('quarter-chat.mjs', 512, '110000')
  for (let member = 0; member < 499; member += 1) await dialDeaf(port)
  const sender = await dialDeaf(port)
  sender.write('\n'.repeat(110_000))
  expect(await ended).toEqual([0, null])
}, 600_000)

it('an echo server survives 250 clients that send all they can and read nothing, in 256 MB', async () => {
  const { child, port, ended } = await start('deaf-echo.mjs', 256)
  const chunk = 'x'.repeat(999).concat('\n').repeat(64)
  await Promise.all(
    Array.from({ length: 250 }, async () => {
      const socket = await dialDeaf(port)
      // Until neither the server nor the system takes more.
      for (let sent = 0; sent < 200 && !socket.destroyed; sent += 1) {
        if (socket.write(chunk)) continue
        const drained = once(socket, 'drain').catch(() => undefined)
        const isStuck = await Promise.race([
          drained.then(() => false),
          new Promise((resolve) => setTimeout(resolve, 500, true)),
        ])
        if (isStuck === true) return
      }
    }),
  )
  const witness = net.connect(port, '127.0.0.1')
  onTestFinished(() => void witness.destroy())
  witness.write('still there?\n')
  expect(String((await once(witness, 'data'))[0])).toBe('still there?\n')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
}, 600_000)
