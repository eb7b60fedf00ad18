import { readFileSync } from 'node:fs'
import type { NatsBackplane, NatsConnectionOptions } from '@hawser/nats'
import type { ServeNats } from '../arguments/flags/nats-flags.js'
import { CommandError } from '../failure.js'

/**
 * Join the servers of other machines. What talks to NATS is loaded only here.
 *
 * @returns undefined where it is not asked for
 * @throws CommandError when the credentials cannot be read; BackplaneError when NATS is not there
 */
export async function joinNats(choice: ServeNats | undefined): Promise<NatsBackplane | undefined> {
  if (choice === undefined) return undefined
  const { natsBackplane } = await import('@hawser/nats')
  const { servers, prefix } = choice
  const connection = await connectionOf(choice)
  return natsBackplane({ servers, connection, ...(prefix === undefined ? {} : { prefix }) })
}

async function connectionOf({
  user,
  pass,
  token,
  creds,
}: ServeNats): Promise<NatsConnectionOptions> {
  if (creds !== undefined) {
    const { credsAuthenticator } = await import('@hawser/nats')
    return { authenticator: credsAuthenticator(readCreds(creds)) }
  }
  return {
    ...(token === undefined ? {} : { token }),
    ...(user === undefined || pass === undefined ? {} : { user, pass }),
  }
}

function readCreds(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    const { message } = error as Error
    throw new CommandError(`--nats-creds cannot be read: ${message}`, 'check the path')
  }
}
