import { connect, createServer, lengthPrefixed, raw } from 'hawser'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { nextMessage } from '../support/client.js'
import { Command } from '../support/command.js'

const library = import.meta.resolve('hawser')

/** A framing of objects, in a function that gets the library. */
const records = `export default ({ lengthPrefixed, mapFraming }) =>
  mapFraming(lengthPrefixed({ bytes: 1 }), {
    decode: (frame) => ({ type: frame[0], value: frame.subarray(1), serial: 12n }),
    encode: ({ type, value }) => Buffer.concat([Buffer.of(type), Buffer.from(value, 'hex')]),
  })
`
/** Framings of one's own, which know nothing of the library. */
const strange = `
const decoder = { decode: (bytes, emit) => (emit(bytes.slice(), bytes.length), bytes.length) }
const make = (encode, createDecoder = () => decoder) => ({
  name: 'strange', maxFrame: 100, createDecoder, createEncoder: () => ({ encode }),
})
export const texts = make((message, output) => {
  if (typeof message !== 'string') throw new TypeError('\\x1b[31mno text')
  output.text(message)
})
export const late = make(async () => {
  throw new Error('too late')
})
export const broken = make((message, output) => output.text(message), () => ({
  decode() {
    throw new Error('\\x1b[2Jcannot')
  },
}))
`

/** A server that sends back what it gets; the port it listens on. */
async function echo(): Promise<string> {
  const server = createServer(
    { framing: lengthPrefixed({ bytes: 1 }) },
    { message: (connection, message) => connection.send(message) },
  )
  await server.listen('127.0.0.1:0')
  onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
  return String((server.address() as { port: number }).port)
}

function start(...words: string[]): Command {
  return Command.hawser(words, { stdin: 'ignore' })
}

describe('a framing in a module', () => {
  it('is made by a function that gets the library, and its objects are JSON', async () => {
    const path = join(createFolder({ 'mine.mjs': records }), 'mine.mjs')
    const framing = ['--framing', `${path},messages=json`]
    const sent = ['--send', '{"type":4,"value":"00ff"}']
    const { code, stdout } = await start('connect', await echo(), ...framing, ...sent).ended
    expect(stdout).toBe('{"type":4,"value":"00ff","serial":"12"}\n')
    expect(code).toBe(0)
  })

  it('is an export with a name, of a module that imports the library itself', async () => {
    const text = `import { lengthPrefixed } from ${JSON.stringify(library)}
export const short = lengthPrefixed({ bytes: 1 })
export default 7
`
    const path = join(createFolder({ 'mine.mjs': text }), 'mine.mjs')
    const words = ['connect', await echo(), '--framing', `${path}#short`, '--send', 'hello']
    const { code, stdout } = await start(...words).ended
    expect(stdout).toBe('hello\n')
    expect(code).toBe(0)
  })

  it('serves, also in workers, and is shown by its name', async () => {
    const path = join(createFolder({ 'mine.mjs': records }), 'mine.mjs')
    const words = ['serve', '0', '--echo', '--workers', '2']
    const server = start(...words, '--framing', `${path},messages=json`)
    await server.prints(/listening on .* \(.*mine\.mjs, echo, 2 workers\)/)
    const client = await connect(`127.0.0.1:${await server.port()}`, {
      framing: lengthPrefixed({ bytes: 1 }),
    })
    onTestFinished(() => client.close().then(() => {}))
    await client.send(Uint8Array.of(7, 1, 2))
    expect([...(await nextMessage(client))]).toEqual([7, 1, 2])
    await server.prints(/@[12]\.1 in 39 B \{"type":7,"value":"0102","serial":"12"\}/)
  })

  it.each([
    ['texts', ['--send', 'hello'], /^connected.*\nclosed: by us, 0 B in, 5 B out\n$/, 0],
    ['texts,messages=bytes', ['--send', 'a'], /throws: \\u001b\[31mno text: .* add ,messages=/, 1],
    ['texts', ['--send-hex', 'ff'], /throws: \\u001b\[31mno text: /, 1],
    ['late', ['--send', 'a'], /hawser: .*promise/, 1],
    ['broken', ['--send', 'a'], /closed: by us/, 0],
  ])('%s does what it does without an end of the command', async (name, sent, said, expected) => {
    const path = join(createFolder({ 'mine.mjs': strange }), 'mine.mjs')
    const server = createServer({ framing: raw() }, { message: () => {} })
    await server.listen('127.0.0.1:0')
    onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
    const { port } = server.address() as { port: number }
    const framing = ['--framing', `${path}#${name}`]
    const { code, stderr } = await start('connect', String(port), ...framing, ...sent).ended
    expect(stderr).toMatch(said)
    expect(stderr).not.toContain('\x1b')
    expect(stderr).not.toMatch(/bug in hawser|^ +at /m)
    expect(code).toBe(expected)
  })

  it('ends a client whose bytes its decoder does not take, and the server goes on', async () => {
    const path = join(createFolder({ 'mine.mjs': strange }), 'mine.mjs')
    const server = start('serve', '0', '--framing', `${path}#broken`)
    const port = await server.port()
    for (const id of [1, 2]) {
      const client = await connect(`127.0.0.1:${port}`)
      await client.send('x')
      await client.closed
      await server.prints(new RegExp(`@${id} closed frame-malformed.*\\\\u001b\\[2Jcannot`))
    }
  })
})

describe('SIGHUP with workers', () => {
  const one = (name: string, text: string): string =>
    `export default ({ lines, mapFraming }) => mapFraming(lines(), {
  decode: (line) => ${JSON.stringify(text)} + line,
  encode: (line) => line,
})
// ${name}
`

  it('loads the module again, and keeps the old workers when it is broken', async () => {
    const path = join(createFolder({ 'mine.mjs': one('first', 'old ') }), 'mine.mjs')
    const server = start('serve', '0', '--workers', '1', '--framing', path)
    const port = await server.port()
    const say = async (text: string): Promise<void> => {
      const client = await connect(`127.0.0.1:${port}`)
      await client.send(`${text}\n`)
      await client.end()
      await client.closed
    }
    await say('one')
    await server.prints(/in 7 B old one\n/)
    writeFileSync(path, 'export default 7\n')
    server.kill('SIGHUP')
    await server.prints(/its default export is no framing: it is a number.*the old workers stay/)
    await say('two')
    await server.prints(/in 7 B old two\n/)
    writeFileSync(path, one('second', 'new '))
    server.kill('SIGHUP')
    await server.prints(/reloaded: 1 worker replaced/)
    await say('three')
    await server.prints(/in 9 B new three\n/)
  })
})

describe('what makes no framing is one line with exit code 2', () => {
  const modules = {
    'syntax.mjs': 'export const a = 1\nconst = 3\n',
    'nested.mjs': "import x from './syntax.mjs'\nexport default x\n",
    'missing.mjs': "import x from './nothing.mjs'\nexport default x\n",
    'other.mjs': 'export const frames = 1\n',
    'throws.mjs': '\n\nthrow new TypeError("at \\x1b[31mload")\n',
    'null.mjs': 'throw null\n',
    'never.mjs': 'await new Promise(() => {})\n',
    'values.mjs': `export const number = 7
export const half = { name: 'x', maxFrame: '1', createDecoder() {} }
export const none = () => null
export const sly = { get name() { throw new RangeError('sly') } }
export const bare = () => { throw Object.create(null) }
export const boom = () => {
  throw new Error('boom')
}
export const later = async () => {
  throw new Error('boom')
}
export const wrong = ({ lengthPrefixed }) => lengthPrefixed({ byte: 2 })
`,
  }
  it.each([
    ['nothing.mjs', /there is no file .*nothing\.mjs: check its name/],
    ['', /is no file: check/],
    ['syntax.mjs', /syntax\.mjs makes no framing: .*syntax\.mjs:2: SyntaxError: /],
    ['nested.mjs', /nested\.mjs makes no framing: .*syntax\.mjs:2: SyntaxError: /],
    ['missing.mjs', /makes no framing: Cannot find module .*nothing\.mjs/],
    ['other.mjs', /other\.mjs has no default export: write .*other\.mjs#frames/],
    ['other.mjs#frame', /other\.mjs has no export frame: write .*other\.mjs#frames/],
    ['throws.mjs', /throws\.mjs:3: TypeError: at \\x1b\[31mload/],
    ['null.mjs', /makes no framing: it throws null/],
    ['never.mjs', /never finishes loading: it awaits/],
    ['values.mjs#number', /its export number is no framing: it is a number: make it with/],
    ['values.mjs#half', /its export half is no framing: it has no maxFrame, no createEncoder of/],
    ['values.mjs#none', /what its export none returns is no framing: it is null/],
    ['values.mjs#sly', /values\.mjs:4: RangeError: sly/],
    ['values.mjs#bare', /makes no framing: it throws \[Object: null prototype\]/],
    ['values.mjs#boom', /values\.mjs:7: boom/],
    ['values.mjs#later', /values\.mjs:10: boom/],
    ['values.mjs#wrong', /values\.mjs:12: OptionError: byte is not an option: did you mean bytes/],
    ['values.mjs#half --max-frame 5', /says itself how large .* may be: leave --max-frame out/],
    ['other.mjs#frames,message=json', /a module has no option "message": did you mean messages/],
  ])('%s', async (name, expected) => {
    const [file = '', ...more] = name.split(' ')
    const path = join(createFolder(modules), file)
    const { code, stdout, stderr } = await start('serve', '0', '--framing', path, ...more).ended
    expect(stderr).toMatch(/^hawser: --.+: .+\n$/)
    expect(stderr).not.toContain('\x1b')
    expect(stderr).toMatch(expected)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  it.each(['file://elsewhere/x.mjs', `/${'x'.repeat(5_000)}`])('%.30s', async (path) => {
    const { code, stderr } = await start('serve', '0', '--framing', path).ended
    expect(stderr).toMatch(/^hawser: --framing: .+: .+\n$/)
    expect(stderr).not.toContain('bug')
    expect(code).toBe(2)
  })

  it('in workers as well', async () => {
    const path = join(createFolder(modules), 'throws.mjs')
    const { code, stderr } = await start('serve', '0', '--workers', '2', '--framing', path).ended
    expect(stderr).toMatch(
      /^hawser: --framing: .*throws\.mjs makes no framing: .*:3: TypeError.*\n$/,
    )
    expect(code).toBe(2)
  })
})
