import { describe, expect, it } from 'vitest'
import { describeFailure, exitNetwork, exitUsage, UsageError } from '../src/failure.js'

function withCode(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

describe('describeFailure', () => {
  it('is one line: what happened and what to do', () => {
    expect(describeFailure(new UsageError('no such thing', 'try another'))).toEqual({
      line: 'hawser: no such thing: try another',
      exitCode: exitUsage,
    })
  })

  it('tells a wrong endpoint from a network that fails', () => {
    const wrong = describeFailure(withCode('HAWSER_INVALID_ENDPOINT', 'x'))
    const failed = describeFailure(withCode('HAWSER_CONNECT_REFUSED', 'x'))
    expect([wrong.exitCode, failed.exitCode]).toEqual([exitUsage, exitNetwork])
  })

  it('names the flags of the command, not the options of the library', () => {
    const timeout = withCode(
      'HAWSER_CONNECT_TIMEOUT',
      'no answer: check it, or raise connectTimeout',
    )
    expect(describeFailure(timeout).line).toBe(
      'hawser: no answer: check it, or raise --connect-timeout',
    )
    const large = withCode('HAWSER_FRAME_TOO_LARGE', '9 bytes, and maxFrame is 4: raise maxFrame')
    expect(describeFailure(large).line).toBe(
      'hawser: 9 bytes, and --max-frame is 4: raise --max-frame',
    )
  })

  it('calls everything else a bug, and says how to see more', () => {
    const { line } = describeFailure(new TypeError('x is\nnot a function'))
    expect(line).toMatch(
      /^hawser: this is a bug in hawser: x is not a function: set HAWSER_DEBUG=1/,
    )
  })

  it('survives whatever was thrown', () => {
    expect(describeFailure(undefined).line).toContain('undefined')
    expect(describeFailure('\x1b[2J').line).toContain('\\x1b[2J')
  })
})
