import { describe, expect, it } from 'vitest'
import { Places } from '../../src/testing/network/places.js'

const loopback = '127.0.0.1'
const at = (address: string, port: number) => ({ address, port, family: 'IPv4' })

describe('the places of a memory network', () => {
  it('gives each end a port of its own, and begins again when all were used', () => {
    const places = new Places<string>()
    const held = places.take(loopback, 0)
    expect(held.port).toBe(49_152)
    const ports = Array.from({ length: 16_383 }, () => {
      const end = places.take(loopback, 0)
      places.free(end)
      return end.port
    })
    expect(new Set(ports).size).toBe(16_383)
    expect(ports).not.toContain(held.port)
    expect(places.take(loopback, 0).port).toBe(49_153)
  })

  it('has no port left when all are taken', () => {
    const places = new Places<string>()
    for (let count = 0; count < 16_384; count += 1) places.take(loopback, 0)
    expect(() => places.take(loopback, 0)).toThrow('EADDRNOTAVAIL')
    expect(() => places.listen(at(loopback, 0), 'one')).toThrow('EADDRNOTAVAIL')
  })

  it('finds what listens at the very address first, and then what listens at all', () => {
    const places = new Places<string>()
    places.listen(at('10.0.0.1', 80), 'one')
    places.listen({ address: '::', port: 81, family: 'IPv6' }, 'all')
    expect(places.find(at('10.0.0.1', 80))).toBe('one')
    expect(places.find(at('10.0.0.2', 80))).toBeUndefined()
    expect(places.find(at('10.0.0.2', 81))).toBe('all')
    expect(places.find({ address: '::1', port: 81, family: 'IPv6' })).toBe('all')
    places.unlisten(at('10.0.0.1', 80))
    expect(places.find(at('10.0.0.1', 80))).toBeUndefined()
  })

  it('IPv4 everywhere is no IPv6', () => {
    const places = new Places<string>()
    places.listen(at('0.0.0.0', 80), 'all')
    expect(places.find(at('10.0.0.2', 80))).toBe('all')
    expect(places.find({ address: '::1', port: 80, family: 'IPv6' })).toBeUndefined()
  })
})
