import { expect, it } from 'vitest'
import { describePeer } from '../../../../test/support/peers.js'
import { Running } from '../../../../test/support/running.js'
import { identities } from './support/identities.js'
import { nextLine, upgrade } from './support/mail-client.js'
import { startServer, trusting } from './support/openssl.js'
import { relayMail, serveMail } from './support/smtp.js'

describePeer('openssl', 'STARTTLS with OpenSSL', (openssl) => {
  it('a server is upgraded by openssl s_client -starttls smtp', async () => {
    const { ca } = await identities
    const { port, commands } = await serveMail()
    const words = ['s_client', '-connect', `127.0.0.1:${port}`, '-starttls', 'smtp']
    const client = new Running(openssl, [...words, ...trusting(ca), '-crlf', '-name', 'test'])
    client.type('noop\n')
    await client.prints(/250 secret/)
    expect(client.printed).toContain('Verification: OK')
    expect(commands).toEqual(['EHLO test', 'STARTTLS', '*noop'])
    client.finish()
    await client.ended
  })

  it('a client upgrades to openssl s_server, behind a server that speaks SMTP', async () => {
    const { server, port } = await startServer(openssl)
    const client = await upgrade(await relayMail(port))
    expect(client.tls).toMatchObject({ authorized: true, servername: 'localhost' })
    await client.send('ahoy')
    await server.prints(/ahoy/)
    server.type('back\n')
    expect(await nextLine(client)).toBe('back')
  })
})
