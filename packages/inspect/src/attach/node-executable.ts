import { Buffer } from 'node:buffer'
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

/** A symbol that node exports, however its file is called: the one that the signal starts. */
const symbol = '_ZN4node9inspector5Agent'
const step = 1024 * 1024

/** Whether a process runs Node.js, by its name or another, or a program that is linked to libnode. */
export function isNode(pid: number): boolean {
  return isLinkedToNode(pid) || holds(`/proc/${pid}/exe`, symbol)
}

/** Debian's node is a small program and a library. */
function isLinkedToNode(pid: number): boolean {
  return /\/libnode\.so[.\d]*$/m.test(readFileSync(`/proc/${pid}/maps`, 'utf8'))
}

function holds(path: string, text: string): boolean {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(step + text.length)
    for (let at = 0; ; at += step) {
      const length = readSync(file, buffer, 0, buffer.length, at)
      if (buffer.subarray(0, length).includes(text)) return true
      if (length < buffer.length) return false
    }
  } finally {
    closeSync(file)
  }
}
