import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'

/** How a proxy stands in front of a server. */
export interface HaproxyOptions {
  /** The port of the server behind it. */
  readonly target: number
  /** What else its `server` line says: `send-proxy-v2`, `check`, … */
  readonly server: string
  /** What else its `bind` line says: `ssl crt {folder}/site.pem`, `accept-proxy`, … */
  readonly bind?: string
  /** Files in `{folder}`. */
  readonly files?: Readonly<Record<string, string>>
  /** Further lines of its section. */
  readonly lines?: readonly string[]
  /** Where it listens. Default 127.0.0.1. */
  readonly host?: string
}

/**
 * A real HAProxy in front of a server, ended with the test.
 *
 * @returns the port it listens on
 */
export async function startHaproxy(program: string, options: HaproxyOptions): Promise<number> {
  const { target, server, bind = '', files = {}, lines = [], host = '127.0.0.1' } = options
  const config = (folder: string): string =>
    `
defaults
  mode tcp
  timeout connect 60s
  timeout client 60s
  timeout server 60s
  # Left unset, a check may take no longer than \`inter\`, and a server on a busy machine is late.
  timeout check 60s
  unique-id-format %{+X}o\\ %ci:%cp
listen it
  ${lines.join('\n  ')}
  bind fd@3 ${bind.replaceAll('{folder}', folder)}
  server behind 127.0.0.1:${target} ${server}
`
  const folder = createFolder(files)
  const file = join(createFolder({ 'haproxy.cfg': config(folder) }), 'haproxy.cfg')
  // Listened on here and handed over: a port that was free a moment ago may be taken by now.
  const socket = createServer().listen(0, host)
  await once(socket, 'listening')
  const { port } = socket.address() as { port: number }
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle
  const child = spawn(program, ['-db', '-f', file], { stdio: ['ignore', 'pipe', 'pipe', fd] })
  socket.close()
  let complaints = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  }
  const ended = once(child, 'close')
  onTestFinished(async ({ task }) => {
    child.kill('SIGKILL')
    await ended
    if (task.result?.state === 'fail') console.error(`haproxy said: ${complaints}`)
  })
  return port
}
