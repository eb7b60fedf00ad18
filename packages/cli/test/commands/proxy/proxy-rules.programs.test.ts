import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RulesFile as Rules } from '../../../src/proxy/rules/rules-file.js'
import { createFolder } from '../../../../../test/support/folders.js'
import { Command } from '../../support/command.js'
import { ask, connectRaw, readAll, serveEcho, startProxy } from '../../support/proxied.js'

function createRules(text: string): string {
  return join(createFolder({ 'rules.mjs': text }), 'rules.mjs')
}

async function startRuled(
  text: string,
  ...words: string[]
): Promise<{ proxy: Command; port: number; file: string }> {
  const file = createRules(text)
  const all = ['--framing', 'lines', '--rules', file, ...words]
  return { ...(await startProxy(await serveEcho(), all)), file }
}

/** Written at once, so that no half of it is read. */
function rewrite(file: string, text: string): void {
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}

it('a verdict that has come is heard, though the proxy was held up for longer than it may take', async () => {
  // Of the build: a thread cannot be begun with TypeScript.
  const built = new URL('../../../dist/proxy/rules/rules-file.js', import.meta.url).href
  const { RulesFile } = (await import(built)) as { RulesFile: typeof Rules }
  const path = createRules(`export default [{ match: 'a', drop: true }]`)
  const rules = await RulesFile.open(path, { reloaded() {}, failed() {} })
  onTestFinished(() => rules.close())
  const given = { bytes: Buffer.from('a'), way: 'up', connection: 1, number: 1 } as const
  // Behind it come the timers, and only then what has arrived.
  await new Promise(setImmediate)
  const verdict = rules.judge(given)
  // Until it is asked of the thread.
  await new Promise((resolve) => process.nextTick(resolve))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_200)
  expect(await verdict).toEqual({ action: 'drop', rule: 'rule 1' })
})

describe('hawser proxy --rules', () => {
  it('replaces, drops and replies, message by message, and says so', async () => {
    const { proxy, port } = await startRuled(`export default [
      { name: 'names', way: 'up', match: /^name (.*)/, replace: 'NAME $1' },
      { way: 'up', match: 'secret', drop: true },
      { match: 'ping', reply: ({ connection, number }) => 'pong ' + connection + ' ' + number },
    ]`)
    const client = await connectRaw(port)
    await client.send('name x\nsecret\nping\nplain\n')
    await client.end()
    const lines = (await readAll(client)).trim().split('\n')
    // What is sent back does not wait for the target.
    expect(lines.toSorted()).toEqual(['NAME x', 'plain', 'pong 1 3'])
    await proxy.prints(/@1 rule names: up, 6 B replaced by 6 B\n/)
    await proxy.prints(/@1 rule rule 2: up, 6 B dropped\n/)
    await proxy.prints(/@1 rule rule 3: up, 8 B sent back\n/)
  })

  it('ends a line in place of another one as that one ended', async () => {
    const { port } = await startRuled(`export default [
      { way: 'up', match: 'name', replace: 'NAME' },
      { way: 'up', match: 'ping', reply: 'pong' },
    ]`)
    const client = await connectRaw(port)
    await client.send('name x\r\nname y\nping\r\n')
    await client.end()
    const lines = (await readAll(client)).split(/(?<=\n)/)
    expect(lines.toSorted()).toEqual(['NAME x\r\n', 'NAME y\n', 'pong\r\n'])
  })

  it('judges what was read at once where there is no framing', async () => {
    const file = createRules(`export default [{ way: 'down', match: 'b', replace: 'B' }]`)
    const { port } = await startProxy(await serveEcho(), ['-q', '--rules', file])
    expect(await ask(port, 'abc')).toBe('aBc')
  })

  it('delays what it says, and what is behind it, in order', async () => {
    const { proxy, port } = await startRuled(
      `export default [{ way: 'up', match: 'slow', delay: 30 }]`,
    )
    const client = await connectRaw(port)
    await client.send('one\nslow\ntwo\n')
    await client.end()
    expect(await readAll(client)).toBe('one\nslow\ntwo\n')
    await proxy.prints(/@1 rule rule 1: up, delayed by 30 ms\n/)
  })

  it('holds until the rules are changed, and reads them again', async () => {
    const { proxy, port, file } = await startRuled(
      `export default [{ way: 'up', match: 'wait', hold: true }]`,
    )
    const client = await connectRaw(port)
    await client.send('wait\nand more\n')
    await proxy.prints(/@1 rule rule 1: up, held until the rules change/)
    rewrite(file, `export default [{ way: 'up', match: 'wait', replace: 'go' }]`)
    await proxy.prints(/rules\.mjs read again\n/)
    await client.end()
    expect(await readAll(client)).toBe('go\nand more\n')
  })

  it('keeps the rules from before when the new ones are wrong', async () => {
    const { proxy, port, file } = await startRuled(`export default [{ match: 'a', replace: 'b' }]`)
    rewrite(file, 'export default [{ match: 7, drop: true }]')
    await proxy.prints(/error --rules: .*rule 1: match takes .*; the rules from before stay in use/)
    rewrite(file, 'export default [')
    await proxy.prints(/error --rules: .*SyntaxError.*; the rules from before stay in use/)
    expect(await ask(port, 'a')).toBe('b')
  })

  it('that are changed while they are read: the last state is in use in the end', async () => {
    const { proxy, port, file } = await startRuled(`export default [{ match: 'a', replace: 'b' }]`)
    rewrite(
      file,
      `console.log('reading')
       await new Promise((resolve) => setTimeout(resolve, 1_500))
       export default [{ match: 'a', replace: 'old' }]`,
    )
    await proxy.complains(/reading/)
    rewrite(file, `export default [{ match: 'a', replace: 'new' }]`)
    await proxy.prints(/read again\n[^]*read again\n/)
    expect(await ask(port, 'a')).toBe('new')
  })

  it('that are changed before they are looked at again: the last state is in use', async () => {
    const folder = createFolder({ 'next.mjs': `export default [{ match: 'a', replace: 'new' }]` })
    const [file, next] = [join(folder, 'rules.mjs'), join(folder, 'next.mjs')]
    const names = [next, file].map((name) => JSON.stringify(name))
    writeFileSync(
      file,
      `import { renameSync } from 'node:fs'; renameSync(${names.join()}); export default []`,
    )
    const { proxy, port } = await startProxy(await serveEcho(), ['--rules', file])
    await proxy.prints(/rules\.mjs read again\n/)
    expect(await ask(port, 'a')).toBe('new')
  })

  it('resets a connection, and no other', async () => {
    const { port } = await startRuled(`export default [{ match: 'die', reset: true }]`)
    const [one, two] = [await connectRaw(port), await connectRaw(port)]
    await one.send('die\n')
    expect(await one.closed).toMatchObject({ reason: 'reset', by: 'remote' })
    await two.send('live\n')
    expect(Buffer.from(await two.receive()).toString()).toBe('live\n')
  })

  it.each([
    ['throws', `() => { throw new Error('boom') }`, /rules\.mjs:2: boom/],
    ['rejects', `async () => { throw new Error('boom') }`, /rules\.mjs:2: boom/],
    ['throws nothing', `() => { throw undefined }`, /it throws undefined/],
    ['never returns', `() => { for (;;); }`, /a rule took longer than 1000 ms/],
    ['never settles', `() => new Promise(() => {})`, /a rule took longer than 1000 ms/],
    ['ends the process', `() => process.exit(3)`, /the thread of the rules has ended/],
    [
      'fills the memory',
      `() => { const all = []; for (;;) all.push(new Array(1e6).fill(1)) }`,
      /memory|took longer/,
    ],
  ])('that %s harms its own connection only', async (_what, match, message) => {
    const { proxy, port } = await startRuled(`export default [
      { way: 'up', match: (given) => given.text === 'bad' && (${match})(), drop: true },
      { match: 'a', replace: 'b' },
    ]`)
    const other = await connectRaw(port)
    const client = await connectRaw(port)
    await client.send('bad\n')
    expect(await client.closed).toMatchObject({ reason: 'reset', by: 'remote' })
    await proxy.prints(new RegExp(`@\\d error --rules: .*${message.source}.*correct the file`))
    await other.send('a\n')
    expect(Buffer.from(await other.receive()).toString()).toBe('b\n')
    expect(await ask(port, 'xa')).toBe('xb')
  })

  it('that leaves something behind which throws later harms nothing', async () => {
    const { proxy, port } = await startRuled(`export default [{
      match: () => { setTimeout(() => { throw new Error('late') }, 0); void Promise.reject(7); return false },
      drop: true,
    }]`)
    for (let count = 0; count < 3; count += 1) expect(await ask(port, 'hello')).toBe('hello')
    proxy.kill('SIGINT')
    expect((await proxy.ended).code).toBe(0)
  })

  it.each([
    ['missing.mjs', undefined, 2, /there is no file missing\.mjs: check its name/],
    [
      'rules.mjs',
      'export default 7',
      2,
      / --rules: rules\.mjs: the default export is no array of rules/,
    ],
    ['rules.mjs', 'export default [', 2, /rules\.mjs:1: SyntaxError/],
    ['rules.mjs', `throw new Error('at once')`, 2, /rules\.mjs:1: at once/],
  ])('%s with %j ends the command in one line', async (name, text, exitCode, message) => {
    const folder = createFolder(text === undefined ? {} : { [name]: text })
    const path = text === undefined ? name : join(folder, name)
    const { code, stdout, stderr } = await Command.hawser(['proxy', '0', '1', '--rules', path])
      .ended
    expect(stderr).toMatch(message)
    expect(stderr.split('\n')).toHaveLength(2)
    expect([code, stdout]).toEqual([exitCode, ''])
  })
})
