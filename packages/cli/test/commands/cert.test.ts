import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { Command, hawser, type Outcome } from '../support/command.js'

function cert(cache: string, ...words: string[]): Promise<Outcome> {
  return Command.hawser(['cert', ...words], { env: { XDG_CACHE_HOME: cache } }).ended
}

describe('hawser cert', () => {
  it('says where the certificate is, what it is for, and how to use it', async () => {
    const cache = createFolder()
    const { code, stdout, stderr } = await cert(cache)
    expect([code, stderr]).toEqual([0, ''])
    const file = join(cache, 'hawser/tls/hawser-cert.pem')
    const rows = stdout.split('\n')
    expect(rows[0]).toBe(`certificate  ${file} (made now: there was none)`)
    expect(rows[2]).toMatch(/^names {8}localhost, 127\.0\.0\.1, ::1/)
    expect(rows[4]).toMatch(/^SHA-256 {6}(?:[\dA-F]{2}:){31}[\dA-F]{2}$/)
    expect(rows.slice(5)).toEqual([
      '  try  npx --no hawser serve --tls',
      `  try  npx --no hawser connect tls://localhost:8000 --ca ${file}`,
      `  try  openssl s_client -connect localhost:8000 -CAfile ${file}`,
      `  try  curl --cacert ${file} https://localhost:8000/`,
      '',
    ])
    expect((await cert(cache)).stdout).toContain(`${file} (kept)`)
  })

  it('prints the file name alone, or everything as JSON', async () => {
    const folder = createFolder()
    const file = join(folder, "it's here", 'hawser-cert.pem')
    const words = ['--out', join(folder, "it's here"), '--name', 'dev.example,192.0.2.7']
    expect(await cert(folder, ...words, '--print')).toMatchObject({ code: 0, stdout: `${file}\n` })
    const { stdout } = await cert(folder, ...words, '--json')
    const told = JSON.parse(stdout) as { names: string[]; try: string[]; made: boolean }
    expect(told).toMatchObject({ certificate: file, made: false })
    expect(told.names).toEqual(expect.arrayContaining(['dev.example', '192.0.2.7']))
    expect(told.try[3]).toBe(
      `curl --cacert '${file.replace("'", String.raw`'\''`)}' https://localhost:8000/`,
    )
    expect(readFileSync(file, 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----\n/)
  })

  it('shows commands for a folder of its own that serve and reach what it made', async () => {
    const folder = join(createFolder(), "it's here")
    const { stdout } = await cert(folder, '--out', folder, '--json')
    const { try: commands } = JSON.parse(stdout) as { try: string[] }
    const [serve = '', connect = ''] = commands.map((line) => line.replace('npx --no ', ''))
    const program = [process.execPath, hawser]
    const shell = (line: string): Command => {
      return new Command('/bin/sh', ['-c', line.replace(/^hawser/, 'exec "$0" "$1"'), ...program], {
        env: { XDG_CACHE_HOME: folder },
      })
    }
    const server = shell(serve.replace('serve', 'serve 0 --echo'))
    const [, port = ''] = await server.prints(/listening on tls:\/\/[^\s]+:(\d+)/)
    const client = shell(`${connect.replace(':8000', `:${port}`)} --send hello`)
    const { code, stdout: answer } = await client.ended
    expect([code, answer]).toEqual([0, 'hello\n'])
  })

  it.each([
    [['--name', 'a b'], 2, /--name takes a DNS name or an IP address, not "a b": write a name/],
    [['--days', '826'], 2, /--days is 826: write 825 or fewer/],
    [['--days', '0'], 2, /--days is 0: write/],
    [['--print', '--json'], 2, /cannot be used with option --json/],
    [['extra'], 2, /too many arguments.*hawser cert --help/],
    [['--out', '/proc/nowhere'], 1, /cannot make the folder \/proc\/nowhere: ENOENT.*--out DIR/],
  ])('%j fails with code %i and one line', async (words, exitCode, line) => {
    const { code, stdout, stderr } = await cert(createFolder(), ...words)
    expect(stderr).toMatch(new RegExp(`^hawser: .*${line.source}.*\n$`))
    expect([code, stdout]).toEqual([exitCode, ''])
  })
})
