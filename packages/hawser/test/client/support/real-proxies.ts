import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { userInfo } from 'node:os'
import { onTestFinished } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { freePort } from '../../../../../test/support/free-port.js'

/** A proxy that runs until the test ends. */
export interface RunningProxy {
  readonly port: number
}

/** Who may use it. */
export interface Login {
  readonly user: string
  readonly password: string
}

/** A SOCKS5 proxy. */
export function startMicrosocks(program: string, login?: Login): Promise<RunningProxy> {
  const who = login === undefined ? [] : ['-u', login.user, '-P', login.password]
  return start(program, (port) => ['-i', '127.0.0.1', '-p', String(port), ...who])
}

/** An HTTP proxy. */
export function startTinyproxy(program: string, login?: Login): Promise<RunningProxy> {
  return start(program, (port) => {
    const file = `${createFolder()}/tinyproxy.conf`
    const lines = ['Listen 127.0.0.1', `Port ${port}`, 'Allow 127.0.0.1', 'MaxClients 10']
    if (login !== undefined) lines.push(`BasicAuth ${login.user} ${login.password}`)
    writeFileSync(file, `${lines.join('\n')}\n`)
    return ['-d', '-c', file]
  })
}

/** A proxy for SOCKS4a and SOCKS5: ssh, forwarding through a daemon of its own. */
export async function startSsh(program: string, daemon: string): Promise<RunningProxy> {
  const login = await startSshd(daemon)
  return start(program, (free) => ['-N', '-D', `127.0.0.1:${free}`, ...login])
}

/**
 * A daemon of SSH that runs until the test ends.
 *
 * @returns the arguments with which ssh logs in there
 */
export async function startSshd(daemon: string): Promise<readonly string[]> {
  const folder = createFolder()
  const key = (name: string): string => {
    const file = `${folder}/${name}`
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file])
    return file
  }
  const [hostKey, userKey] = [key('host'), key('user')]
  // Where sshd keeps its unprivileged half; Debian makes it when the service starts.
  if (process.geteuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  const { port } = await start(daemon, (free) => {
    const lines = [
      `ListenAddress 127.0.0.1:${free}`,
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${userKey}.pub`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
    ]
    writeFileSync(`${folder}/sshd_config`, `${lines.join('\n')}\n`)
    return ['-D', '-f', `${folder}/sshd_config`]
  })
  return [
    ...['-p', String(port), '-i', userKey, '-F', 'none'],
    ...['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'BatchMode=yes'].flatMap(
      (option) => ['-o', option],
    ),
    `${userInfo().username}@127.0.0.1`,
  ]
}

async function start(
  program: string,
  write: (port: number) => readonly string[],
): Promise<RunningProxy> {
  const port = await freePort()
  const child = spawn(program, write(port), { stdio: 'ignore' })
  const closed = once(child, 'close')
  onTestFinished(async () => {
    child.kill()
    await closed
  })
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`)
    await settled(child)
  }
  return { port }
}

async function answers(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1')
  const closed = new Promise((resolve) => socket.once('close', resolve))
  const isThere = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).on('error', () => resolve(false))
  })
  socket.destroy()
  await closed
  return isThere
}

/** A turn for a program that is starting, or its end. */
async function settled(child: ChildProcess): Promise<void> {
  const turn = new Promise((resolve) => setImmediate(resolve))
  await (child.exitCode === null ? turn : Promise.resolve())
}
