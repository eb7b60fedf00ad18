import { request } from 'node:http'
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { connect, lines } from 'hawser'
import { openLog } from 'hawser/log'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { Command } from '../support/command.js'

const linkPattern = /http:\/\/127\.0\.0\.1:(\d+)\/#token=([\w-]{32})/

/** The links that were printed so far. */
function linksOf(command: Command): { port: number; token: string }[] {
  return [...command.printed.matchAll(new RegExp(linkPattern, 'g'))].map(([, port, token = '']) => {
    return { port: Number(port), token }
  })
}

/** Use a link as its page does. @returns the status */
function use({ port, token }: { port: number; token: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { origin: `http://127.0.0.1:${port}` }
    const sent = request({ port, host: '127.0.0.1', path: '/session', method: 'POST', headers })
    sent.once('error', reject)
    sent.once('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.end(JSON.stringify({ token }))
  })
}

it('the link that is printed lets one in once; Enter prints a fresh one; Ctrl-C ends all', async () => {
  const folder = createFolder()
  const command = Command.hawser(['workbench'], { env: { TMPDIR: folder } })
  await command.prints(/Ctrl-C ends/)
  expect(readdirSync(folder)).toHaveLength(1)
  const [link] = linksOf(command)
  if (link === undefined) throw new Error('there is no link')
  expect(await use(link)).toBe(200)
  expect(await use(link)).toBe(403)
  command.type('\n')
  await command.prints(/workbench on .+\n[^]+workbench on .+\n/)
  const [, fresh] = linksOf(command)
  expect(fresh).not.toEqual(link)
  expect(await use(fresh ?? link)).toBe(200)
  command.kill('SIGINT')
  expect(await command.ended).toMatchObject({ code: 0, stderr: '' })
  expect(readdirSync(folder)).toEqual([])
})

it('a terminal that goes takes it along, and its log', async () => {
  const folder = createFolder()
  const command = Command.hawser(['workbench'], { env: { TMPDIR: folder } })
  await command.prints(/Ctrl-C ends/)
  command.kill('SIGHUP')
  expect((await command.ended).code).toBe(129)
  expect(readdirSync(folder)).toEqual([])
})

it('the end of stdin does not end it', async () => {
  const command = Command.hawser(['workbench'], { stdin: 'ignore' })
  await command.prints(/Ctrl-C ends/)
  const [link] = linksOf(command)
  expect(link && (await use(link))).toBe(200)
  command.kill('SIGTERM')
  expect((await command.ended).code).toBe(0)
})

it('a port that is taken, a place that is not allowed, a file that is not there: one line', async () => {
  const first = Command.hawser(['workbench'])
  await first.prints(/Ctrl-C ends/)
  const port = String(linksOf(first)[0]?.port)
  const cases: readonly (readonly [string[], number, string])[] = [
    [['workbench', '--page', port], 1, 'another process listens there'],
    [['workbench', '--page', '*:0'], 2, '--page-open'],
    [['workbench', join(createFolder(), 'none.hawser')], 1, 'there is no'],
    [['serve', '0', '--page', port], 1, 'another process listens there'],
    [['serve', '0', '--page', '--workers', '2'], 2, 'one process'],
  ]
  for (const [words, code, message] of cases) {
    const outcome = await Command.hawser(words).ended
    expect(outcome).toMatchObject({ code, stdout: '' })
    expect(outcome.stderr).toMatch(/^hawser: [^\n]+\n$/)
    expect(outcome.stderr).toContain(message)
  }
  first.kill('SIGINT')
  await first.ended
})

it('a page that other machines reach is warned of', async () => {
  const command = Command.hawser(['workbench', '--page', '*:0', '--page-open'])
  await command.complains(/^warning: other machines reach the page/)
  await command.prints(/Ctrl-C ends/)
  command.kill('SIGINT')
  expect((await command.ended).code).toBe(0)
})

it('serve --page prints the link where it says where it listens, and logs what is said', async () => {
  const file = join(createFolder(), 'said.hawser')
  const command = Command.hawser(['serve', '0', '--echo', '--page', '--log', file])
  const port = await command.port()
  await command.prints(/page on http/)
  const client = await connect(`127.0.0.1:${port}`, { framing: lines() })
  await client.send('ahoy')
  expect(await client.receive()).toBe('ahoy')
  await client.close()
  await command.prints(/closed/)
  const [link] = linksOf(command)
  expect(link && (await use(link))).toBe(200)
  command.kill('SIGINT')
  expect((await command.ended).code).toBe(0)
  const reader = await openLog(file)
  const said: string[] = []
  for await (const { kind, data, event } of reader.rows()) {
    said.push(event === undefined ? `${kind} ${Buffer.from(data).toString()}` : event.event)
  }
  await reader.close()
  expect(said).toEqual(
    expect.arrayContaining(['listening', 'open', 'in ahoy\n', 'out ahoy\n', 'close']),
  )
})

/** A PATH on which the programs that open a browser are this one. */
function pathWithOpener(text: string): string {
  const folder = createFolder({ 'xdg-open': text, open: text })
  for (const name of ['xdg-open', 'open']) chmodSync(join(folder, name), 0o755)
  return `${folder}${delimiter}${process.env['PATH']}`
}

it('--open gives the browser a file that leads to a link, which no other user sees', async () => {
  const [folder, seen] = [createFolder(), join(createFolder(), 'seen')]
  const opener = `#!/bin/sh\nf="\${1#file://}"; { echo "$*"; cat "$f"; stat -c %a "$f" 2>/dev/null; } > '${seen}.part'; mv '${seen}.part' '${seen}'\n`
  const env = { PATH: pathWithOpener(opener), TMPDIR: folder }
  const command = Command.hawser(['workbench', '--open'], { env })
  await command.prints(/Ctrl-C ends/)
  while (!existsSync(seen)) await new Promise(setImmediate)
  const [words = '', page = '', mode = '600'] = readFileSync(seen, 'utf8').split('\n')
  expect(words).toMatch(/^file:\/\/\S+\.html$/)
  expect(page).toContain('http-equiv="refresh"')
  expect(mode === '' ? '600' : mode).toBe('600')
  const [, port, token = ''] = linkPattern.exec(page) ?? []
  expect(await use({ port: Number(port), token })).toBe(200)
  command.kill('SIGINT')
  expect((await command.ended).code).toBe(0)
  expect(readdirSync(folder)).toEqual([])
})

it('where no browser can be opened, it says so and the link is good', async () => {
  const env = { PATH: pathWithOpener('#!/bin/sh\nexit 3\n') }
  const command = Command.hawser(['workbench', '--open'], { env })
  await command.complains(/warning: no browser was opened: .* exit code 3/)
  await command.prints(/Ctrl-C ends/)
  const [link] = linksOf(command)
  expect(link && (await use(link))).toBe(200)
  command.kill('SIGINT')
  expect((await command.ended).code).toBe(0)
})

it('without --page, serve opens no second port', async () => {
  const command = Command.hawser(['serve', '0', '--json'])
  await command.port()
  expect(command.printed).not.toContain('page')
  expect(JSON.parse(command.printed.split('\n')[0] ?? '')).not.toHaveProperty('page')
  command.kill('SIGINT')
  await command.ended
})

it('a folder is opened as a project: what is wrong in it is said, and nothing is started', async () => {
  const folder = createFolder({
    'servers/a.json': '{"name":"a","listen":"127.0.0.1:0"}',
    'servers/b.json': '{"name":"b"}',
  })
  const command = Command.hawser(['workbench', folder])
  await command.complains(/^warning: servers\/b\.json listen is missing: add it$/m)
  await command.prints(/Ctrl-C ends/)
  command.kill('SIGINT')
  expect(await command.ended).toMatchObject({ code: 0 })
  expect(readdirSync(folder)).toEqual(['servers'])
})
