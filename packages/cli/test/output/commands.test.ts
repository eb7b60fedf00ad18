import { describe, expect, it } from 'vitest'
import { wrapCommand } from '../../src/output/commands.js'

describe('a command that is wider than the terminal', () => {
  it('is broken as a shell takes it, and an option stays with its value', () => {
    const command = `openssl s_client -connect localhost:8000 -CAfile '/tmp/it'\\''s here/cert.pem'`
    const wrapped = wrapCommand('  try  ', command, 60, 'linux')
    expect(wrapped.split('\n')).toEqual([
      '  try  openssl s_client -connect localhost:8000 \\',
      `         -CAfile '/tmp/it'\\''s here/cert.pem'`,
    ])
    expect(wrapped.slice(7).replace(/\\\n\s+/g, '')).toBe(command)
  })

  it('is left alone where the shell may be another one', () => {
    const command = 'curl --cacert cert.pem https://localhost:8000/'
    expect(wrapCommand('  try  ', command, 20, 'win32')).toBe(`  try  ${command}`)
    expect(wrapCommand('  try  ', command, 60, 'linux')).toBe(`  try  ${command}`)
  })
})
