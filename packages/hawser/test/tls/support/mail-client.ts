import { connect, type Connection, lines } from 'hawser'
import { expect, onTestFinished } from 'vitest'
import { identities } from './identities.js'

/** A client that speaks lines, as SMTP does. */
export type Client = Connection<string, string>

/** A client in plain text, which trusts the test's authority once it upgrades. */
export async function dialPlain(port: number): Promise<Client> {
  const { ca } = await identities
  const client = await connect(`tcp://localhost:${port}`, {
    framing: lines({ sendCrlf: true }),
    tls: { ca },
    family: 4,
  })
  onTestFinished(async () => {
    client.reset()
    await client.closed
  })
  return client
}

/** The next line, or undefined when the connection has ended. */
export async function nextLine(client: Client): Promise<string | undefined> {
  for await (const line of client) return line
  return undefined
}

/** Reads an answer of SMTP: its last line has a space behind the number. */
export async function nextAnswer(client: Client): Promise<string | undefined> {
  for await (const line of client) if (line[3] === ' ') return line
  return undefined
}

/** Sends a command, and returns the last line of the answer. */
export async function ask(client: Client, command: string): Promise<string | undefined> {
  await client.send(command)
  return nextAnswer(client)
}

/** A client that has been told to go ahead and has begun TLS. */
export async function upgrade(port: number): Promise<Client> {
  const client = await dialPlain(port)
  expect(await nextLine(client)).toBe('220 localhost ready')
  expect(await ask(client, 'EHLO test')).toBe('250 STARTTLS')
  expect(await ask(client, 'STARTTLS')).toBe('220 go ahead')
  await client.startTls()
  return client
}
