// What a submission server replies to each command.
// RFC 5321 (SMTP), RFC 6409 (submission), RFC 4954 (AUTH), RFC 1870 (SIZE)

/** A mail that was sent by someone who logged in. */
export interface Mail {
  readonly user: string
  readonly from: string
  readonly to: readonly string[]
  /** Its lines with CRLF, the header in front. */
  readonly body: Uint8Array
}

export interface Mailbox {
  authenticate(user: string, password: string): boolean | Promise<boolean>
  /** Takes a mail over. It is acknowledged when this is done; when it throws, the client tries again. */
  deliver(mail: Mail): void | Promise<void>
}

/** What the connection has to do behind a reply. */
export type Step = 'go on' | 'begin TLS' | 'read a mail' | 'end'

export interface Reply {
  readonly lines: readonly string[]
  readonly step: Step
}

export interface SessionLimits {
  readonly maxMail: number
  readonly maxRecipients: number
  /** Commands that make no sense, and wrong passwords; beyond it the connection ends. */
  readonly maxErrors: number
}

/** One client's conversation. */
export class Session {
  readonly #mailbox: Mailbox
  readonly #limits: SessionLimits
  readonly #hasTls: boolean
  /** Whether a password may be sent: the line is encrypted, or there is nothing to encrypt it with. */
  readonly #isPrivate: boolean
  #greeted = false
  #user: string | undefined
  #from: string | undefined
  #to: string[] = []
  #errors = 0
  #isAuthPending = false

  constructor(mailbox: Mailbox, limits: SessionLimits, tls: 'none' | 'offered' | 'on') {
    this.#mailbox = mailbox
    this.#limits = limits
    this.#hasTls = tls === 'offered'
    this.#isPrivate = tls !== 'offered'
  }

  async command(line: string): Promise<Reply> {
    if (this.#isAuthPending) return this.#logIn(line)
    const [verb = ''] = line.split(' ', 1)
    const rest = line.slice(verb.length + 1)
    switch (verb.toUpperCase()) {
      case 'EHLO':
        return this.#greet(rest)
      case 'HELO':
        return this.#greet(rest, false)
      case 'STARTTLS':
        if (!this.#hasTls) return this.#wrong('503 there is no TLS to begin')
        return { lines: ['220 go ahead'], step: 'begin TLS' }
      case 'AUTH':
        return this.#auth(rest)
      case 'MAIL':
        return this.#mail(rest)
      case 'RCPT':
        return this.#recipient(rest)
      case 'DATA':
        if (this.#to.length === 0) return this.#wrong('503 MAIL and RCPT first')
        return { lines: ['354 end with a dot alone'], step: 'read a mail' }
      case 'RSET':
        this.#forget()
        return ok('250 forgotten')
      case 'NOOP':
        return ok('250 here')
      case 'QUIT':
        return { lines: ['221 goodbye'], step: 'end' }
      default:
        return this.#wrong('500 this command is unknown')
    }
  }

  async take(body: Uint8Array): Promise<Reply> {
    const mail = { user: this.#user ?? '', from: this.#from ?? '', to: this.#to, body }
    this.#forget()
    try {
      await this.#mailbox.deliver(mail)
      return ok('250 taken')
    } catch {
      return ok('451 it could not be stored, try again')
    }
  }

  #greet(name: string, extended = true): Reply {
    if (name === '') return this.#wrong('501 who are you?')
    this.#greeted = true
    this.#forget()
    if (!extended) return ok('250 hello')
    const { maxMail } = this.#limits
    const offers = ['hello', 'PIPELINING', '8BITMIME', `SIZE ${maxMail}`]
    if (this.#hasTls) offers.push('STARTTLS')
    if (this.#isPrivate) offers.push('AUTH PLAIN')
    const lines = offers.map((offer, at) => `250${at === offers.length - 1 ? ' ' : '-'}${offer}`)
    return { lines, step: 'go on' }
  }

  #auth(rest: string): Reply | Promise<Reply> {
    const [mechanism = '', initial] = rest.split(' ')
    if (!this.#isPrivate) return this.#wrong('538 STARTTLS first')
    if (!this.#greeted || this.#user !== undefined) return this.#wrong('503 not now')
    if (mechanism.toUpperCase() !== 'PLAIN') return this.#wrong('504 only PLAIN')
    if (initial !== undefined) return this.#logIn(initial)
    this.#isAuthPending = true
    return ok('334 ')
  }

  /** @param response an identity, a user and a password behind NULs, in base64 (RFC 4616) */
  async #logIn(response: string): Promise<Reply> {
    this.#isAuthPending = false
    if (response === '*') return ok('501 given up')
    const [, user = '', password] = Buffer.from(response, 'base64').toString().split('\0')
    const isRight = password !== undefined && (await this.#mailbox.authenticate(user, password))
    if (!isRight) return this.#wrong('535 user or password is wrong')
    this.#user = user
    return ok('235 welcome')
  }

  #mail(rest: string): Reply {
    if (this.#user === undefined)
      return this.#wrong(this.#isPrivate ? '530 AUTH first' : '530 STARTTLS first')
    if (this.#from !== undefined) return this.#wrong('503 there is a mail already')
    const [, from, parameters = ''] = /^FROM: ?<([^<>\s]*)>((?: \S+)*)$/i.exec(rest) ?? []
    if (from === undefined) return this.#wrong('501 MAIL FROM:<address>')
    const strange = parameters
      .split(' ')
      .find((each) => !/^(?:SIZE=\d{1,12}|BODY=\w+)?$/i.test(each))
    if (strange !== undefined) return this.#wrong('555 this parameter is unknown')
    const [, size = '0'] = /SIZE=(\d+)/i.exec(parameters) ?? []
    if (Number(size) > this.#limits.maxMail) return ok('552 the mail is too large')
    this.#from = from
    return ok('250 go on')
  }

  #recipient(rest: string): Reply {
    if (this.#from === undefined) return this.#wrong('503 MAIL first')
    const [, to] = /^TO: ?<([^<>\s]+)>$/i.exec(rest) ?? []
    if (to === undefined) return this.#wrong('501 RCPT TO:<address>')
    if (this.#to.length >= this.#limits.maxRecipients) return ok('452 these are too many')
    this.#to.push(to)
    return ok('250 go on')
  }

  #forget(): void {
    this.#from = undefined
    this.#to = []
  }

  #wrong(line: string): Reply {
    this.#errors += 1
    if (this.#errors < this.#limits.maxErrors) return ok(line)
    return { lines: [line, '421 that is enough'], step: 'end' }
  }
}

function ok(line: string): Reply {
  return { lines: [line], step: 'go on' }
}
