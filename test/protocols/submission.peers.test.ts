import type { AddressInfo } from 'node:net'
import nodemailer from 'nodemailer'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createSubmissionServer } from '../../examples/protocols/submission/server.js'
import type { Mail } from '../../examples/protocols/submission/session.js'
import { createAuthority } from '../support/certificates.js'

// The counterpart is nodemailer of npm, so there is no program to look for.

let tls: { readonly cert: string; readonly key: string }
let ca: string
beforeAll(async () => {
  const authority = await createAuthority('submission')
  tls = await authority.issue({ name: 'mail', names: ['localhost'] })
  ca = authority.cert
})

async function start(endpoint: string) {
  const mails: Mail[] = []
  const server = createSubmissionServer(
    {
      authenticate: (user, password) => user === 'ann' && password === 'secret',
      deliver: (mail) => void mails.push(mail),
    },
    { tls },
  )
  await server.listen(endpoint)
  onTestFinished(async () => void (await server.close({ drain: 0 })))
  const { port } = server.address() as AddressInfo
  const transport = (pass: string, secure: boolean) => {
    const made = nodemailer.createTransport({
      host: 'localhost',
      port,
      secure,
      requireTLS: true,
      tls: { ca },
      auth: { user: 'ann', pass },
    })
    onTestFinished(() => made.close())
    return made
  }
  return { mails, transport }
}

const text = 'Hello\n.\n..\n.signed\nFrom a line that begins so\nÄ and ⚓\n'

describe('the submission server of the examples, and nodemailer', () => {
  it.each([
    ['STARTTLS', 'tcp://localhost:0', false],
    ['TLS from the first byte', 'tls://localhost:0', true],
  ])('carry mails by %s, their lines unchanged', async (_, endpoint, secure) => {
    const { mails, transport } = await start(endpoint)
    const client = transport('secret', secure)
    for (const subject of ['one', 'two']) {
      const { accepted, response } = await client.sendMail({
        from: 'ann@a.example',
        to: ['bob@b.example', 'cy@c.example'],
        bcc: 'dee@d.example',
        subject,
        text,
        textEncoding: 'base64',
        attachments: [{ filename: 'large', content: Buffer.alloc(300_000, 7) }],
      })
      expect({ accepted: accepted.length, response }).toEqual({
        accepted: 3,
        response: '250 taken',
      })
    }
    expect(mails.map(({ user, from, to }) => [user, from, to.length])).toEqual([
      ['ann', 'ann@a.example', 3],
      ['ann', 'ann@a.example', 3],
    ])
    const body = Buffer.from(mails[1]?.body ?? []).toString()
    expect(body).toContain('\r\nSubject: two\r\n')
    const encoded = Buffer.from(text).toString('base64')
    expect(body.replaceAll('\r\n', '')).toContain(encoded.slice(0, 60))
  })

  it('carry lines that begin with dots', async () => {
    const { mails, transport } = await start('tcp://localhost:0')
    const raw = `Subject: dots\r\n\r\n${text.replaceAll('\n', '\r\n')}`
    const envelope = { from: 'ann@a.example', to: ['bob@b.example'] }
    await transport('secret', false).sendMail({ envelope, raw })
    expect(Buffer.from(mails[0]?.body ?? []).toString()).toBe(raw)
  })

  it('refuse a wrong password', async () => {
    const { mails, transport } = await start('tcp://localhost:0')
    const mail = { from: 'a@a.example', to: 'b@b.example', text }
    await expect(transport('wrong', false).sendMail(mail)).rejects.toMatchObject({
      code: 'EAUTH',
      responseCode: 535,
    })
    expect(mails).toEqual([])
  })
})
