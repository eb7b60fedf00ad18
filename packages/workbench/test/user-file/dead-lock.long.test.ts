import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { UserFile } from '../../src/user-file/user-file.js'

const workbenches = 24

it('several that find the lock of one that died lose nothing of what they write', async () => {
  const names = Array.from({ length: workbenches }, (_, number) => `workbench ${number}`)
  const folders = Array.from({ length: 8 }, () => createFolder({ 'names.lock': '' }))
  await Promise.all(
    folders.flatMap((folder) =>
      names.map((name) => {
        const file = new UserFile(join(folder, 'names'), 1_000_000)
        return file.update(async () => `${(await file.read()) ?? ''}${name}\n`)
      }),
    ),
  )
  for (const folder of folders) {
    const written = readFileSync(join(folder, 'names'), 'utf8').trimEnd().split('\n')
    expect(written.toSorted()).toEqual(names.toSorted())
    expect(readdirSync(dirname(join(folder, 'names')))).toEqual(['names'])
  }
}, 90_000)
