import { ConnectError, ConnectionError, FramingError, OptionError, TlsError } from 'hawser'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  describeFailure,
  exitNetwork,
  exitUsage,
  sayLostOutput,
  UsageError,
} from '../src/failure.js'

function withCode(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

describe('describeFailure', () => {
  it('is one line: what happened and what to do', () => {
    expect(describeFailure(new UsageError('no such thing', 'try another'))).toEqual({
      message: 'no such thing: try another',
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
    const timeout = new ConnectError('HAWSER_CONNECT_TIMEOUT', 'no answer', {
      option: 'connectTimeout',
      remedy: (option) => `check it, or raise ${option}`,
    })
    expect(describeFailure(timeout).line).toBe(
      'hawser: no answer: check it, or raise --connect-timeout',
    )
    const large = new FramingError(
      'HAWSER_FRAME_TOO_LARGE',
      (option) => `9 bytes, and ${option} is 4`,
      { option: 'maxFrame', remedy: (option) => `raise ${option}` },
    )
    expect(describeFailure(large).line).toBe(
      'hawser: 9 bytes, and --max-frame is 4: raise --max-frame at both ends if such messages are expected',
    )
  })

  it('leaves alone what only looks like the name of an option', () => {
    const plain = new FramingError('HAWSER_FRAME_MALFORMED', 'a line is not JSON: maxFrame')
    expect(describeFailure(plain).line).toBe('hawser: a line is not JSON: maxFrame')
    const other = new ConnectError('HAWSER_CONNECT_FAILED', (option) => `${option} is not a flag`, {
      option: 'attemptDelay',
    })
    expect(describeFailure(other).line).toBe('hawser: attemptDelay is not a flag')
  })

  it('names no option that it has no flag for', () => {
    const full = new ConnectionError(
      'HAWSER_MEMORY_FULL',
      (memory) => `8 MiB are held (${memory})`,
      {
        option: 'memory',
        remedy: (memory) => `raise ${memory}, or lower maxConnections`,
      },
    )
    expect(describeFailure(full).line).toBe(
      'hawser: 8 MiB are held (memory): lower --max-connections',
    )
  })

  it('has advice of its own where the library would have an option passed', () => {
    const unknown = new TlsError('HAWSER_TLS_CERTIFICATE_INVALID', 'it is self-signed', {
      option: 'tls.ca',
      remedy: (ca) => `pass it as ${ca}`,
    })
    expect(describeFailure(unknown).line).toMatch(/^hawser: it is self-signed: name it.* --ca FILE/)
    const locked = new OptionError('HAWSER_INVALID_OPTION', (name) => `${name} is missing`, {
      option: 'tls.passphrase',
      remedy: 'pass it, or decrypt the key',
    })
    expect(describeFailure(locked).line).toBe(
      'hawser: the passphrase is missing: decrypt it for this command, with openssl pkey',
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

  it('is one line when the message ends in a line feed', () => {
    expect(describeFailure(new UsageError('no such thing\n', 'try another\r\n')).line).toBe(
      'hawser: no such thing: try another',
    )
    const ended = new ConnectionError('HAWSER_CONNECTION_RESET', 'the peer said "no"\n')
    expect(describeFailure(ended).line).toBe('hawser: the peer said "no"')
  })
})

describe('an output that is lost', () => {
  it('is one line of which nothing acts on the terminal', () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    onTestFinished(() => write.mockRestore())
    expect(sayLostOutput(withCode('ENOSPC', 'no space\x1b[2J\u009b31m\n'))).toBe(exitNetwork)
    expect(write.mock.calls).toEqual([
      ['hawser: stdout: no space\\x1b[2J\\u009b31m: make room, or write elsewhere\n'],
    ])
  })
})
