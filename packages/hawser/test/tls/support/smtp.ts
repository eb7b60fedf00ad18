import net from 'node:net'
import {
  type Connection,
  createServer,
  type HawserError,
  lines,
  type Server,
  type ServerOptions,
} from 'hawser'
import { onTestFinished } from 'vitest'
import { closeAtEnd, portOf } from '../../server/support/serving.js'
import { siteTls } from './identities.js'

/** A mail server that only knows how to begin TLS (RFC 3207), and what became of it. */
export interface MailServer {
  readonly server: Server<string, string>
  readonly port: number
  /** Every command it obeyed, with a `*` in front of those under TLS. */
  readonly commands: string[]
  /** What `startTls` rejected with. */
  readonly failures: HawserError[]
}

/** On a free port, plain until STARTTLS. */
export async function serveMail(
  options: Partial<ServerOptions<string, string>> = {},
): Promise<MailServer> {
  const commands: string[] = []
  const failures: HawserError[] = []
  const server = createServer<string, string>(
    { framing: lines({ sendCrlf: true }), tls: await siteTls(), ...options },
    async (connection) => {
      await connection.send('220 localhost ready')
      for await (const command of connection) {
        commands.push(`${connection.tls === undefined ? '' : '*'}${command}`)
        if (command === 'STARTTLS' && connection.tls === undefined) {
          try {
            await connection.startTls({ reply: '220 go ahead' })
          } catch (error) {
            failures.push(error as HawserError)
            return
          }
        } else await answer(connection, command)
      }
    },
  )
  closeAtEnd(server)
  await server.listen('tcp://127.0.0.1:0')
  return { server, port: portOf(server), commands, failures }
}

async function answer(connection: Connection<string, string>, command: string): Promise<void> {
  if (command.startsWith('EHLO')) {
    await connection.send('250-localhost')
    await connection.send(connection.tls === undefined ? '250 STARTTLS' : '250 HELP')
  } else await connection.send(connection.tls === undefined ? '530 use STARTTLS' : '250 secret')
}

/** A mail server in front of one that speaks TLS from its first byte; it is passed on after STARTTLS. */
export async function relayMail(secure: number): Promise<number> {
  const relay = net.createServer((near) => {
    onTestFinished(() => void near.destroy())
    near.on('error', () => {})
    near.write('220 localhost ready\r\n')
    near.on('data', function greet(chunk) {
      if (!/^STARTTLS\r\n$/.test(chunk.toString())) {
        near.write('250-localhost\r\n250 STARTTLS\r\n')
        return
      }
      near.off('data', greet)
      const far = net.connect(secure, '127.0.0.1')
      onTestFinished(() => void far.destroy())
      far.on('error', () => {})
      near.write('220 go ahead\r\n')
      near.pipe(far).pipe(near)
    })
  })
  onTestFinished(() => void relay.close())
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  return (relay.address() as net.AddressInfo).port
}
