import { execFileSync } from 'node:child_process'
import { truncateSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { readDocument } from '../../../../test/support/markdown.js'
import { itPeer } from '../../../../test/support/peers.js'
import { openLog } from './support/open-log.js'

itPeer(
  'python3',
  'the reader in Python that the guide shows reads a log, also one that was cut off',
  async (python) => {
    const { blocks } = readDocument('docs/session-log.md')
    const [block] = blocks.filter(({ language }) => language === 'python')
    const reader = block?.text ?? ''
    expect(reader.trim().split('\n')).toHaveLength(15)
    const script = join(createFolder({ 'reader.py': reader }), 'reader.py')
    const { log, file } = await openLog()
    const connection = log.open()
    connection.in(Buffer.from('hello'))
    connection.out(Buffer.from([0, 255]))
    await log.flush()
    connection.close()
    await log.close()
    const read = (): string =>
      execFileSync(python, [script, file], { cwd: dirname(script) }).toString()
    const lines = [
      `0 1 event b'{"event":"open"}'`,
      "1 1 in b'hello'",
      "2 1 out b'\\x00\\xff'",
      `3 1 event b'{"event":"close"}'`,
    ]
    expect(read().trim().split('\n')).toEqual(lines)
    truncateSync(file, 64 + log.info().bytesWritten - 1)
    expect(read().trim().split('\n')).toEqual(lines.slice(0, 3))
  },
)
