import { Script } from 'node:vm'
import { expect, it, onTestFinished, vi } from 'vitest'
import { RuleSet } from '../../src/responders/rule-set.js'
import { Slowness } from '../../src/responders/slowness.js'

it('an expression that is slow within its limit, again and again, is switched off', () => {
  const off: string[] = []
  const rules = new RuleSet(
    [
      { name: 'slow', match: { as: 'regex', regex: '^(a+)+$' }, do: 'drop' },
      { name: 'fast', match: { as: 'regex', regex: '^a' }, do: 'drop' },
    ],
    (name) => off.push(name),
  )
  // As many letters as take this machine a few hundredths of a second: each more doubles it.
  let letters = 10
  for (let slow = 0; slow < 40 && off.length === 0;) {
    const before = process.cpuUsage()
    const rule = rules.choose(Buffer.from(`${'a'.repeat(letters)}b`))
    expect(rule).toMatchObject({ name: 'fast' })
    const { user, system } = process.cpuUsage(before)
    if (user + system < 30_000) letters++
    else slow++
  }
  expect(off).toEqual(['slow'])
})

it('one that is fast stays, however often it is asked and however much it looks through', () => {
  const off: string[] = []
  const rules = new RuleSet(
    [{ name: 'fast', match: { as: 'regex', regex: 'end$' }, do: 'drop' }],
    (name) => off.push(name),
  )
  const large = Buffer.alloc(8 * 1024 * 1024, 'a')
  for (let count = 0; count < 20; count++) rules.choose(large)
  for (let count = 0; count < 2_000; count++) rules.choose(Buffer.from('an end'))
  expect(off).toEqual([])
})

it('looks that are slow may take a twentieth of the time, and half a second at once', () => {
  let now = 0
  let cpu = 0
  const slowness = new Slowness({ now: () => now, cpu: () => cpu })
  const look = (wall: number, busy = wall, length = 10): string | undefined =>
    slowness.measure(length, () => {
      now += wall
      cpu += busy
      return 'done'
    })
  const times = (count: number, act: () => string | undefined): number =>
    Array.from({ length: count }, act).filter((done) => done === 'done').length
  expect(times(1_000, () => look(19))).toBe(1_000)
  // One that waited for the processor, and one of a large message.
  expect(times(1_000, () => look(240, 1))).toBe(1_000)
  expect(times(1_000, () => look(240, 240, 16 * 1024 * 1024))).toBe(1_000)
  const rests = (): string | undefined => {
    now += 2_000
    return look(100)
  }
  expect(times(1_000, rests)).toBe(1_000)
  expect(times(20, () => look(100))).toBeLessThan(6)
  now += 60_000
  expect(look(100)).toBe('done')
})

it('one whose time is up before it has had the processor is looked at again', () => {
  const off: string[] = []
  const rule = { name: 'r', match: { as: 'regex', regex: '^a' }, do: 'drop' } as const
  const rules = new RuleSet([rule], (name) => off.push(name))
  const run = vi.spyOn(Script.prototype, 'runInContext')
  onTestFinished(() => run.mockRestore())
  const timeIsUp = (): never => {
    throw Object.assign(new Error('time is up'), { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' })
  }
  run.mockImplementationOnce(timeIsUp)
  expect(rules.choose(Buffer.from('abc'))).toMatchObject({ name: 'r' })
  run.mockImplementation(timeIsUp)
  expect(rules.choose(Buffer.from('abc'))).toBe(undefined)
  expect(off).toEqual(['r'])
})
