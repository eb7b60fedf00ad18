import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import fc from 'fast-check'
import { connect, lines, raw, type ServerOptions } from 'hawser'
import { createMemoryNetwork } from 'hawser/testing'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createSubmissionServer } from '../../examples/protocols/submission/server.js'
import type { Mail, SessionLimits } from '../../examples/protocols/submission/session.js'
import { createAuthority, type Pair } from '../support/certificates.js'
import { runs } from '../support/property-runs.js'
import { damaged, expectOrderly, say } from './support/damage.js'

const password = Buffer.from('\0ann\0secret').toString('base64')
const login = ['EHLO client', `AUTH PLAIN ${password}`]

let identity: Pair & { readonly ca: string }
beforeAll(async () => {
  const authority = await createAuthority('submission')
  identity = {
    ...(await authority.issue({ name: 'mail', names: ['localhost'] })),
    ca: authority.cert,
  }
})

function createServerOf(
  options: ServerOptions<string | Uint8Array, string>,
  limits: Partial<SessionLimits> = {},
) {
  const mails: Mail[] = []
  const server = createSubmissionServer(
    {
      authenticate: async (user, given) => user === 'ann' && given === 'secret',
      deliver(mail) {
        if (mail.to.includes('full@b')) throw new Error('the disk is full')
        mails.push(mail)
      },
    },
    options,
    limits,
  )
  onTestFinished(async () => void (await server.close({ drain: 0 })))
  return { server, mails }
}

/** Without TLS, as behind a server that decrypts: in memory. */
async function start(limits?: Partial<SessionLimits>) {
  const network = createMemoryNetwork()
  const { server, mails } = createServerOf({ network }, limits)
  await server.listen('tcp://127.0.0.1:587')
  return { network, server, mails }
}

/** Says these lines, each when the one before was replied to, and returns the codes of the replies. */
async function converse(words: readonly string[], limits?: Partial<SessionLimits>) {
  const { network, server, mails } = await start(limits)
  const client = await connect(server.address(), { network, framing: lines({ sendCrlf: true }) })
  const codes: string[] = []
  const hear = async (): Promise<void> => {
    let line = ''
    do line = await client.receive()
    while (line[3] === '-')
    codes.push(line.slice(0, 3))
  }
  await hear()
  for (const line of words) {
    // A mail is several lines with one reply.
    for (const each of line.split('\r\n')) await client.send(each)
    await hear()
  }
  await client.close()
  return { codes: codes.slice(1).join(' '), mails }
}

describe('the submission server of the examples', () => {
  it('takes a mail, its dots unstuffed, and the next behind it', async () => {
    const mail = ['MAIL FROM:<a@a> SIZE=10 BODY=8BITMIME', 'RCPT TO:<b@b>', 'rcpt to:<c@c>', 'DATA']
    const { codes, mails } = await converse([
      ...login,
      ...mail,
      'Subject: one\r\n\r\n..signed\r\n.',
      ...mail,
      '.',
      'QUIT',
    ])
    expect(codes).toBe('250 235 250 250 250 354 250 250 250 250 354 250 221')
    expect(mails.map(({ body, ...rest }) => [rest, Buffer.from(body).toString()])).toEqual([
      [{ user: 'ann', from: 'a@a', to: ['b@b', 'c@c'] }, 'Subject: one\r\n\r\n.signed\r\n'],
      [{ user: 'ann', from: 'a@a', to: ['b@b', 'c@c'] }, ''],
    ])
  })

  it('takes commands in one piece and replies to them in order', async () => {
    const { network, server } = await start()
    const client = await connect(server.address(), { network, framing: raw() })
    const commands = [...login, 'MAIL FROM:<a@a>', 'RCPT TO:<b@b>', 'RSET', 'NOOP', 'QUIT']
    await client.send(`${commands.join('\r\n')}\r\n`)
    let replies = ''
    for await (const piece of client) replies += Buffer.from(piece).toString()
    expect(replies.match(/^\d{3}(?= )/gm)?.join(' ')).toBe('220 250 235 250 250 250 250 221')
  })

  it.each([
    ['a command that it does not know', ['VRFY ann'], '500'],
    ['a mail of one who has not logged in', ['EHLO a', 'MAIL FROM:<a@a>'], '250 530'],
    ['a login before a greeting', [`AUTH PLAIN ${password}`], '503'],
    ['a wrong password', ['EHLO a', 'AUTH PLAIN AGFubgB4'], '250 535'],
    ['no base64 at all', ['EHLO a', 'AUTH PLAIN ***'], '250 535'],
    ['another way to log in', ['EHLO a', 'AUTH CRAM-MD5'], '250 504'],
    ['a login that was given up', ['EHLO a', 'AUTH PLAIN', '*', 'NOOP'], '250 334 501 250'],
    ['a second login', [...login, 'AUTH PLAIN AGFubgB4'], '250 235 503'],
    ['STARTTLS where there is none', ['STARTTLS'], '503'],
    ['an address that is none', [...login, 'MAIL FROM:a@a'], '250 235 501'],
    ['an address with a space', [...login, 'MAIL FROM:<a a@a>'], '250 235 501'],
    ['a strange parameter', [...login, 'MAIL FROM:<a@a> X=1'], '250 235 555'],
    ['a size that is too large', [...login, 'MAIL FROM:<a@a> SIZE=999999999'], '250 235 552'],
    ['a mail in a mail', [...login, 'MAIL FROM:<a@a>', 'MAIL FROM:<a@a>'], '250 235 250 503'],
    ['DATA without recipients', [...login, 'MAIL FROM:<a@a>', 'DATA'], '250 235 250 503'],
    [
      'a mail that it cannot store',
      [...login, 'MAIL FROM:<a@a>', 'RCPT TO:<full@b>', 'DATA', '.'],
      '250 235 250 250 354 451',
    ],
  ])('refuses %s with a code', async (_, words, codes) => {
    expect((await converse(words)).codes).toBe(codes)
  })

  it('takes a login in two lines', async () => {
    expect((await converse(['EHLO a', 'AUTH PLAIN', password])).codes).toBe('250 334 235')
  })

  it('bounds recipients, mistakes and mails', async () => {
    const many = [...login, 'MAIL FROM:<a@a>', 'RCPT TO:<b@b>', 'RCPT TO:<c@c>']
    expect((await converse(many, { maxRecipients: 1 })).codes).toBe('250 235 250 250 452')
    const { network, server } = await start({ maxErrors: 2 })
    expect(await say(server, network, [Buffer.from('X\r\nX\r\nNOOP\r\n')])).toBe('ended')
    const small = await start({ maxMail: 20 })
    const mail = [...login, 'MAIL FROM:<a@a>', 'RCPT TO:<b@b>', 'DATA', 'x'.repeat(40), '.', '']
    const bytes = Buffer.from(mail.join('\r\n'))
    expect(await say(small.server, small.network, [bytes])).toBe('frame-too-large')
    expect(small.mails).toEqual([])
  })

  it.each(['\n.\n', '\r\n.\n', '\n.\r\n', '\r.\r', '\r\n.\r'])(
    'takes %j for no end of a mail, and nothing is smuggled behind it',
    async (end) => {
      const { network, server, mails } = await start()
      const mail = [...login, 'MAIL FROM:<a@a>', 'RCPT TO:<b@b>', 'DATA', 'one'].join('\r\n')
      const smuggled = 'MAIL FROM:<root@a>\r\nRCPT TO:<b@b>\r\nDATA\r\ntwo\r\n.\r\n'
      const reason = await say(server, network, [Buffer.from(`${mail}${end}${smuggled}`)])
      expect(reason).toBe('frame-malformed')
      expect(mails).toEqual([])
    },
  )

  it.each(['NOOP\n', 'NO\rOP\r\n', 'NOOP\r'])('refuses the line %j', async (line) => {
    const { network, server } = await start()
    expect(await say(server, network, [Buffer.from(line)])).toMatch(/^frame-(malformed|truncated)$/)
  })

  it('survives whatever comes, and takes the next mail', async () => {
    const { network, server, mails } = await start()
    const talk = [
      ...login,
      'MAIL FROM:<a@a>',
      'RCPT TO:<b@b>',
      'DATA',
      'Subject: x',
      '..dot',
      '.',
      'QUIT',
      '',
    ]
    const bytes = Buffer.from(talk.join('\r\n'))
    await fc.assert(
      fc.asyncProperty(damaged([bytes]), async (pieces) => {
        expectOrderly(await say(server, network, pieces))
      }),
      runs(300),
    )
    const before = mails.length
    expect(await say(server, network, [bytes])).toBe('ended')
    expect(mails.length).toBe(before + 1)
  })
})

describe('the submission server of the examples, with TLS', () => {
  async function startWithTls() {
    const { server, mails } = createServerOf({ tls: identity })
    await server.listen('tcp://localhost:0')
    const ended = new Promise<string>((resolve) => {
      server.once('connection', (peer) => void peer.closed.then(({ reason }) => resolve(reason)))
    })
    const { port } = server.address() as { port: number }
    // tcp:// although there is TLS: it begins later.
    const client = await connect<string, string>(`tcp://localhost:${port}`, {
      framing: lines({ sendCrlf: true }),
      tls: { ca: identity.ca, servername: 'localhost' },
    })
    onTestFinished(async () => void (await client.close()))
    const ask = async (line?: string): Promise<string> => {
      if (line !== undefined) await client.send(line)
      let reply = await client.receive()
      while (reply[3] === '-') reply = await client.receive()
      return reply
    }
    expect(await ask()).toBe('220 ready')
    return { server, mails, client, ask, ended }
  }

  it('takes no password in plain text, and forgets what was said in plain text', async () => {
    const { client, ask } = await startWithTls()
    expect(await ask('EHLO client')).toBe('250 STARTTLS')
    expect(await ask(`AUTH PLAIN ${password}`)).toMatch(/^538/)
    expect(await ask('MAIL FROM:<a@a>')).toBe('530 STARTTLS first')
    expect(await ask('STARTTLS')).toMatch(/^220/)
    await client.startTls()
    expect(await ask(`AUTH PLAIN ${password}`)).toMatch(/^503/)
    expect(await ask('EHLO client')).toBe('250 AUTH PLAIN')
    expect(await ask(`AUTH PLAIN ${password}`)).toMatch(/^235/)
    expect(await ask('STARTTLS')).toMatch(/^503/)
  })

  it('refuses what was sent in plain text behind STARTTLS', async () => {
    const { server } = await startWithTls()
    const ended = new Promise<string>((resolve) => {
      server.once('connection', (peer) => void peer.closed.then(({ reason }) => resolve(reason)))
    })
    const { port } = server.address() as { port: number }
    const attacker = connectSocket(port, 'localhost')
    onTestFinished(() => void attacker.destroy())
    attacker.on('error', () => {})
    await once(attacker, 'data')
    attacker.write('EHLO client\r\nSTARTTLS\r\nRSET\r\n')
    expect(await ended).toBe('tls-buffered-plaintext')
  })
})
