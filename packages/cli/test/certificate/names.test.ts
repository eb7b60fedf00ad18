import { describe, expect, it } from 'vitest'
import { canonicalAddress, ipOctets } from '../../src/certificate/ip-octets.js'
import { checkNames, holdsName, machineNames } from '../../src/certificate/names.js'

describe('the octets of an address', () => {
  it.each([
    ['127.0.0.1', '7f000001'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:db8::7', '20010db8000000000000000000000007'],
    ['2001:DB8:0:0:0:0:0:7', '20010db8000000000000000000000007'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['fe80::', 'fe800000000000000000000000000000'],
  ])('of %s', (text, hex) => {
    expect(Buffer.from(ipOctets(text) ?? []).toString('hex')).toBe(hex)
  })

  it.each([
    'localhost',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    'a:b',
    '::1%lo',
    ':::',
    '1:2',
    '0x7f.1',
  ])('%s is no address', (text) => expect(ipOctets(text)).toBeUndefined())

  it('one address is written in one way', () => {
    expect(canonicalAddress('0:0:0:0:0:0:0:1')).toBe('::1')
    expect(canonicalAddress('192.0.2.1')).toBe('192.0.2.1')
  })
})

describe('the names of a development certificate', () => {
  it('are those of every machine, and its own', () => {
    expect(machineNames('Builder-7')).toEqual(['localhost', '127.0.0.1', '::1', 'builder-7'])
    expect(machineNames('localhost')).toEqual(['localhost', '127.0.0.1', '::1'])
  })

  it('leave out what a machine calls itself that no certificate can hold', () => {
    expect(machineNames("Ann's Mac")).toEqual(['localhost', '127.0.0.1', '::1'])
  })

  it('are written as DNS writes them', () => {
    expect(checkNames(['Dev.Example', '*.b.example', 'bücher.example', '2001:DB8::0:7'])).toEqual([
      'dev.example',
      '*.b.example',
      'xn--bcher-kva.example',
      '2001:db8::7',
    ])
  })

  it.each(['', 'a b', '*.', '*', 'a..b', 'a.*.b', '-a', 'a,b', `${'a'.repeat(64)}.example`, 'a/b'])(
    'are not %j',
    (name) => expect(() => checkNames([name])).toThrow(/DNS name or an IP address/),
  )

  it('hold an address however it is written, and a wildcard as it is', () => {
    expect(holdsName(['::1'], '0:0::1')).toBe(true)
    expect(holdsName(['localhost'], '::1')).toBe(false)
    expect(holdsName(['*.b.example'], '*.b.example')).toBe(true)
    expect(holdsName(['*.b.example'], 'x.b.example')).toBe(false)
  })
})
