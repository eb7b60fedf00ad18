import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const script = new URL('../../dist/scripts/script.js', import.meta.url).href

it.skipIf(process.platform === 'win32')(
  'a script that cannot be started, of too many open files, says so',
  async () => {
    const program = `
      import { closeSync, openSync } from 'node:fs'
      const { Script } = await import(${JSON.stringify(script)})
      const allow = () => Promise.resolve({ url: 'file:///none.mjs' })
      const files = []
      try {
        for (;;) files.push(openSync('/dev/null'))
      } catch {}
      const said = await Script.start({ name: 'a.mjs', allow, noticed() {} }).catch((error) => error)
      for (const file of files) closeSync(file)
      console.log(said.message)`
    const limited = ['-c', 'ulimit -n 64; exec "$0" --input-type=module -e "$1"']
    const { stdout, stderr } = await promisify(execFile)('sh', [
      ...limited,
      process.execPath,
      program,
    ])
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^spawn .+ EMFILE\n$/)
  },
)
