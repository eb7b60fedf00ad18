import { expect, it, onTestFinished } from 'vitest'
import { Alarm } from '../../src/tap/send/alarm.js'
import { until } from '../../../../test/support/until.js'

it('an alarm that is set while it rings rings again, and one that is not does not', async () => {
  let rings = 0
  const alarm: Alarm = new Alarm(() => {
    rings++
    if (rings < 3) alarm.set(1)
  })
  onTestFinished(() => alarm.end())
  alarm.set(1)
  await until(() => rings === 3)
  expect(alarm.isArmed).toBe(false)
  alarm.set(1)
  await until(() => rings === 4)
})
