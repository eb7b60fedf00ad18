import { spawn } from 'node:child_process'

/** What of an error's text is kept. */
const longestComplaint = 1_000
/** Where systemd-notify is looked for without PATH, which systemd always sets. */
const usualPath = '/usr/local/bin:/usr/bin:/bin'

/** Variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Send a message to the service manager, through its own program systemd-notify(1): the manager listens
 * on a Unix socket for datagrams, and Node.js cannot send those. Each message takes one process, for a
 * few milliseconds, which waits until the manager has read it.
 *
 * @throws an Error that says why it was not sent
 */
export function runNotify(assignments: readonly string[], environment: Environment): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('systemd-notify', assignments, {
      env: { PATH: environment['PATH'] ?? usualPath, NOTIFY_SOCKET: environment['NOTIFY_SOCKET'] },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let complaint = ''
    child.stderr.on('data', (chunk: Uint8Array) => {
      if (complaint.length < longestComplaint) complaint += String(chunk)
    })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(complaint.trim() || `it ended with ${code ?? signal}`))
    })
  })
}
