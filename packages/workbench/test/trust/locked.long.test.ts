import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { TrustedFolders } from '../../src/trust/trusted.js'

it('a lock that a process left behind when it died is taken away', async () => {
  const file = join(createFolder({ 'trusted.json.lock': '' }), 'trusted.json')
  await new TrustedFolders(file).add('/one', 'a')
  expect(readdirSync(join(file, '..'))).toEqual(['trusted.json'])
})
