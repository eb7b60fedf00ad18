// A submission server: takes mails by SMTP from those who log in, under TLS that begins with STARTTLS.
import { createServer, dotStuffed, duplexFraming, type Framing, lines } from 'hawser'
import type { Server, ServerConnection, ServerOptions } from 'hawser'
import { type Mailbox, type Reply, Session, type SessionLimits } from './session.js'

type Peer = ServerConnection<string | Uint8Array, string, { session: Session }>

/**
 * @param options `tls` has the certificate. Without it nothing is encrypted and passwords are taken all
 *   the same: for a server behind one that decrypts
 */
export function createSubmissionServer(
  mailbox: Mailbox,
  options: ServerOptions<string | Uint8Array, string> = {},
  limits: Partial<SessionLimits> = {},
): Server<string | Uint8Array, string, { session: Session }> {
  const { maxMail = 10_000_000, maxRecipients = 100, maxErrors = 10 } = limits
  const all = { maxMail, maxRecipients, maxErrors }
  // CR and LF count only together, in commands and in mails: nothing can be smuggled past a server
  // that sees other lines. 12,288 bytes are what a line of AUTH may have.
  const commands: Framing<string | Uint8Array, string> = lines({
    crlf: 'require',
    maxFrame: 12_288,
  })
  const mails: Framing<string | Uint8Array, string> = duplexFraming({
    receive: dotStuffed({ maxFrame: maxMail }),
    send: commands,
  })
  const open = (isEncrypted: boolean): Session =>
    new Session(mailbox, all, isEncrypted ? 'on' : options.tls === undefined ? 'none' : 'offered')

  return createServer<string | Uint8Array, string, { session: Session }>(
    {
      framing: commands,
      // A mail is held whole. That of all connections together is bounded by the server's `memory`.
      inbox: Math.max(maxMail, commands.maxFrame),
      // Five minutes, as RFC 5321 section 4.5.3.2 has it.
      idleTimeout: 300_000,
      ...options,
      data: ({ tls }) => ({ session: open(tls !== undefined) }),
    },
    {
      open: (peer) => peer.send('220 ready'),
      async message(peer, message) {
        const { session } = peer.data
        if (typeof message === 'string') return act(peer, await session.command(message))
        peer.switchFraming(commands)
        return act(peer, await session.take(message))
      },
    },
  )

  async function act(peer: Peer, { lines: replies, step }: Reply): Promise<void> {
    if (step === 'begin TLS') {
      // Bytes behind the command are refused: they came in plain text, from whom is not known
      // (RFC 3207, CVE-2011-0411). What was said before is forgotten.
      await peer.startTls({ reply: replies[0] })
      peer.data.session = open(true)
      return
    }
    if (step === 'read a mail') peer.switchFraming(mails)
    for (const line of replies) await peer.send(line)
    if (step === 'end') void peer.close()
  }
}
