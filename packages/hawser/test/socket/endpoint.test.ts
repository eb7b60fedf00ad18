import {
  connect,
  createServer,
  type Endpoint,
  formatEndpoint,
  OptionError,
  parseEndpoint,
} from 'hawser'
import { describe, expect, it } from 'vitest'

const tcp = (
  host: string | undefined,
  port: number,
  { ipv6Only = false, secure }: { ipv6Only?: boolean; secure?: boolean } = {},
): object => ({ kind: 'tcp', host, port, ipv6Only, secure })
const plain = { secure: false }
const unix = (path: string, settings: object = {}): object => ({
  kind: 'unix',
  path,
  mode: undefined,
  owner: undefined,
  group: undefined,
  ...settings,
})

describe('an endpoint', () => {
  it.each<[Endpoint, object]>([
    [8000, tcp(undefined, 8000)],
    [0, tcp(undefined, 0)],
    [65_535, tcp(undefined, 65_535)],
    ['8000', tcp(undefined, 8000)],
    [' 8000 ', tcp(undefined, 8000)],
    [':8000', tcp(undefined, 8000)],
    ['*:8000', tcp(undefined, 8000)],
    ['localhost:8000', tcp('localhost', 8000)],
    ['127.0.0.1:0', tcp('127.0.0.1', 0)],
    ['[::1]:8000', tcp('::1', 8000)],
    ['[fe80::1%eth0]:8000', tcp('fe80::1%eth0', 8000)],
    ['tcp://host.example:8000', tcp('host.example', 8000, plain)],
    ['tcp://host.example:8000/', tcp('host.example', 8000, plain)],
    ['TCP://host:1', tcp('host', 1, plain)],
    ['tcp://[::]:8000', tcp('::', 8000, plain)],
    ['tcp://8000', tcp(undefined, 8000, plain)],
    ['tls://[::1]:8443', tcp('::1', 8443, { secure: true })],
    ['TLS://host:1', tcp('host', 1, { secure: true })],
    [{ port: 1, secure: true }, tcp(undefined, 1, { secure: true })],
    ['unix:/run/app.sock', unix('/run/app.sock')],
    ['unix:///run/app.sock', unix('/run/app.sock')],
    ['unix:app.sock', unix('app.sock')],
    ['UNIX:/run/app.sock', unix('/run/app.sock')],
    ['/run/app.sock', unix('/run/app.sock')],
    ['/run/what?.sock', unix('/run/what?.sock')],
    ['./app.sock', unix('./app.sock')],
    ['../app.sock', unix('../app.sock')],
    ['./8000?mode=660', unix('./8000?mode=660')],
    ['unix:/run/app.sock?mode=660', unix('/run/app.sock', { mode: 0o660 })],
    ['unix:/run/app.sock?mode=0600', unix('/run/app.sock', { mode: 0o600 })],
    [
      'unix:///run/app.sock?group=www-data&mode=660&owner=1000',
      unix('/run/app.sock', { mode: 0o660, owner: 1000, group: 'www-data' }),
    ],
    ['fd:3', { kind: 'fd', fd: 3 }],
    [{ port: 1 }, tcp(undefined, 1)],
    [{ port: 1, host: 'h' }, tcp('h', 1)],
    [{ port: 1, host: '' }, tcp(undefined, 1)],
    [{ port: 1, host: '[::1]' }, tcp('::1', 1)],
    [{ port: 1, host: '::', ipv6Only: true }, tcp('::', 1, { ipv6Only: true })],
    [{ port: 1, address: '127.0.0.2' }, tcp('127.0.0.2', 1)],
    [{ path: '/p' }, unix('/p')],
    [{ path: '/p?mode=660' }, unix('/p?mode=660')],
    [
      { path: '/p', mode: 0o640, owner: 'app', group: 0 },
      unix('/p', { mode: 0o640, owner: 'app', group: 0 }),
    ],
    ['systemd:http', { kind: 'systemd', name: 'http' }],
    ['systemd:app.socket', { kind: 'systemd', name: 'app.socket' }],
    ['systemd:', { kind: 'systemd', name: undefined }],
    ['systemd:*', { kind: 'systemd', name: undefined }],
    [{ systemd: 'http' }, { kind: 'systemd', name: 'http' }],
    [{ systemd: '*' }, { kind: 'systemd', name: undefined }],
    [{ fd: 0 }, { kind: 'fd', fd: 0 }],
  ])('%j is taken apart', (endpoint, parsed) => {
    expect(parseEndpoint(endpoint)).toEqual(parsed)
  })

  it.each<[unknown, RegExp]>([
    ['', /needs a port number/],
    ['localhost', /needs a port number/],
    ['localhost:', /needs a port number/],
    ['localhost:http', /needs a port number/],
    ['localhost:-1', /needs a port number/],
    ['localhost:8000/path', /needs a port number/],
    ['::1', /brackets/],
    ['::1:8000', /brackets/],
    ['[::1]', /brackets/],
    ['[::1]8000', /brackets/],
    ['[localhost]:8000', /brackets/],
    ['65536', /0–65535, and this is 65536/],
    ['tcp://host:99999', /0–65535, and this is 99999/],
    [-1, /0–65535, and this is -1/],
    [1.5, /0–65535, and this is 1.5/],
    [Number.NaN, /0–65535, and this is NaN/],
    ['ftp://host:1', /the scheme ftp/],
    ['systemd:a:b', /without a space and without a colon/],
    ['systemd:a b', /without a space and without a colon/],
    [{ systemd: 5 }, /without a space and without a colon/],
    ['unix:/p?', /each at most once, and not ""/],
    ['unix:/p?mod=660', /each at most once, and not "mod=660"/],
    ['unix:/p?mode=660&mode=600', /each at most once, and not "mode=600"/],
    ['unix:/p?mode', /a mode is three octal digits/],
    ['unix:/p?mode=rw', /a mode is three octal digits.*this is rw/],
    ['unix:/p?mode=668', /a mode is three octal digits/],
    ['unix:/p?mode=1777', /0 to 0o777, and this is 1023 \(0o1777\)/],
    ['unix:/p?owner=', /its owner is a name or a number/],
    [{ path: '/p', mode: 660 }, /this is 660 \(0o1224\): write 0o660/],
    [{ path: '/p', mode: '660' }, /a mode is 0 to 0o777/],
    [{ path: '/p', mode: -1 }, /a mode is 0 to 0o777/],
    [{ path: '/p', owner: -1 }, /its owner is a name or a number, and this is -1/],
    [{ path: '/p', group: 2 ** 32 - 1 }, /its group is a name or a number/],
    [{ path: '/p', group: 'a:b' }, /its group is a name or a number/],
    ['user@host:1', /user@host is no host name/],
    ['a b:1', /a b is no host name/],
    ['host/x:1', /host\/x is no host name/],
    ['unix:', /needs a path/],
    ['unix:/a\0b', /needs a path/],
    [`unix:/${'x'.repeat(107)}`, /108 bytes and a Unix socket's may have 107/],
    [`unix:/${'é'.repeat(54)}`, /109 bytes/],
    ['fd:', /a descriptor is a whole number/],
    ['fd:-1', /a descriptor is a whole number/],
    ['fd:0x3', /a descriptor is a whole number/],
    [{ fd: 1.5 }, /a descriptor is a whole number/],
    [{ port: 1, host: 5 }, /a host is text/],
    [{ port: '8000' }, /a port is a whole number/],
    [{ path: 5 }, /needs a path/],
    [{}, /a port is a whole number/],
    [null, /does not listen/],
    [undefined, /may be written/],
    [true, /may be written/],
  ])('%j is refused with a reason', (endpoint, reason) => {
    const parse = (): unknown => parseEndpoint(endpoint as Endpoint)
    expect(parse).toThrow(OptionError)
    expect(parse).toThrow(reason)
    expect(parse).toThrow(expect.objectContaining({ code: 'HAWSER_INVALID_ENDPOINT' }))
  })

  it.each([
    'tcp://127.0.0.1:8000',
    'tcp://[::1]:8000',
    'tcp://*:8000',
    'tls://host.example:8443',
    'tcp://host.example:0',
    'unix:/run/app.sock',
    'unix:app.sock',
    'unix:/run/app.sock?mode=060',
    'unix:/run/app.sock?mode=660&owner=1000&group=www-data',
    '/run/what?.sock',
    'fd:3',
    'systemd:http',
    'systemd:*',
  ])('%s is written as it was read', (text) => {
    expect(formatEndpoint(parseEndpoint(text))).toBe(text)
  })

  it.each([
    [{ address: '::1', family: 'IPv6', port: 80 }, 'tcp://[::1]:80'],
    [{ address: '127.0.0.1', family: 'IPv4', port: 80 }, 'tcp://127.0.0.1:80'],
    [{ address: '/run/app.sock', family: 'unix' }, 'unix:/run/app.sock'],
    ['/run/app.sock', 'unix:/run/app.sock'],
    ['/run/what?.sock', '/run/what?.sock'],
    ['./what?.sock', './what?.sock'],
    ['what?.sock', './what?.sock'],
  ])('the address %j is written as an endpoint', (address, text) => {
    expect(formatEndpoint(address)).toBe(text)
  })

  it('that cannot be is refused by listen and by connect as a rejection', async () => {
    const wrong = expect.objectContaining({ code: 'HAWSER_INVALID_ENDPOINT' })
    const server = createServer()
    await expect(server.listen('nonsense')).rejects.toEqual(wrong)
    await expect(server.listen([])).rejects.toEqual(wrong)
    await expect(connect('nonsense')).rejects.toEqual(wrong)
    await expect(connect('fd:3')).rejects.toEqual(wrong)
    await expect(connect('systemd:http')).rejects.toEqual(wrong)
    await expect(connect('unix:/run/app.sock?mode=660')).rejects.toEqual(wrong)
    await expect(connect('127.0.0.1:0')).rejects.toEqual(wrong)
    await server.close()
  })
})
