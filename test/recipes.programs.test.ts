import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { createAuthority } from './support/certificates.js'
import { readDocuments } from './support/markdown.js'
import { Running } from './support/running.js'
import { createProgramFolder, transpileSnippets } from './support/snippets.js'

// What the documents advise for a signal, when what it reads again is broken: the program goes on.

const snippets = transpileSnippets(readDocuments().flatMap((document) => document.blocks))

/** The one program of a document that has these words in it, as Node.js runs it. */
function recipe(document: string, words: string): string {
  const found = snippets.filter(
    ({ block, source }) => block.document === document && source.includes(words),
  )
  expect(found, `${document}: ${words}`).toHaveLength(1)
  return found[0]?.output ?? ''
}

/** Runs it until it is told to close, so that it is seen to have lived until then. */
const untilClosed = `
process.stdin.once('data', () => void server.close().then(() => process.exit(0)))
console.log('ready')
`

function start(folder: string, program: string): Running {
  const flags = ['--unhandled-rejections=strict', '--input-type=module', '--eval', program]
  return new Running(process.execPath, flags, folder)
}

async function expectToClose(running: Running): Promise<void> {
  running.type('close\n')
  expect(await running.ended).toEqual({ code: 0, signal: null })
}

describe('a program that reads something again on SIGHUP', () => {
  it('goes on when a list of addresses has a bad line', async () => {
    const folder = createProgramFolder({ 'deny.txt': '10.0.0.1\n' })
    const list = join(folder, 'deny.txt')
    const program = recipe('docs/listening.md', 'setAccess').replaceAll('/etc/echo/deny.txt', list)
    const running = start(folder, `${program}\nawait server.listen('127.0.0.1:0')\n${untilClosed}`)
    await running.prints(/ready/)
    writeFileSync(list, 'neither an address nor a file\n')
    running.signal('SIGHUP')
    await running.complains(/HAWSER_INVALID_OPTION/)
    await expectToClose(running)
  })

  it('goes on when a certificate is half written', async () => {
    const site = await (await createAuthority('Test CA')).issue({ name: 'site' })
    const folder = createProgramFolder({ 'site.pem': site.cert, 'site.key': site.key })
    const running = start(folder, `${recipe('docs/tls.md', 'server.setTls(tls)')}\n${untilClosed}`)
    await running.prints(/ready/)
    writeFileSync(join(folder, 'site.pem'), site.cert.slice(0, 100))
    running.signal('SIGHUP')
    await running.complains(/the old certificate stays/)
    await expectToClose(running)
  })

  it.each([
    ['docs/workers.md', "'./worker.js', import.meta.url) })\nconsole.log"],
    ['packages/hawser/README.md', 'workers.reload()'],
  ])('goes on when the new version of its workers does not start: %s', async (document, words) => {
    const worker = recipe(
      'docs/workers.md',
      "joinWorkers(server)\nawait server.listen('tcp://127.0.0.1:8000')",
    )
    const folder = createProgramFolder({
      'worker.js': worker.replace('127.0.0.1:8000', '127.0.0.1:0'),
      'main.js': `${recipe(document, words)}\nconsole.log('ready')\n`,
    })
    const flags = ['--unhandled-rejections=strict', 'main.js']
    const running = new Running(process.execPath, flags, folder)
    await running.prints(/ready/)
    writeFileSync(join(folder, 'worker.js'), "throw new Error('this version is broken')\n")
    running.signal('SIGHUP')
    await running.complains(/worker 1 did not start/)
    running.signal('SIGTERM')
    expect(await running.ended).toEqual({ code: 0, signal: null })
  })
})
