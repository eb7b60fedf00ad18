import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, it, onTestFinished, vi } from 'vitest'
import { Attempt } from '../src/attempt.js'

it('promises cost what they did once no attempt is under way', async () => {
  // While a storage is in use, Node.js 20 and 22 look at each promise of the process.
  const disable = vi.spyOn(AsyncLocalStorage.prototype, 'disable')
  onTestFinished(() => disable.mockRestore())
  const ends: (() => void)[] = []
  const connect = (): Promise<void> => new Promise((resolve) => ends.push(resolve))
  const attempts = [new Attempt().run(connect), new Attempt().run(connect)]
  ends[0]?.()
  await attempts[0]
  expect(disable).not.toHaveBeenCalled()
  ends[1]?.()
  await attempts[1]
  expect(disable).toHaveBeenCalledTimes(1)
})
