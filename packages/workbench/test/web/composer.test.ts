import { signal } from '@preact/signals'
import { expect, it } from 'vitest'
import type { Encoding } from '../../src/protocol/text/encoding.js'
import { Composer } from '../../web/store/composer.js'

it('a message that is sent leaves the fields to the next one, and comes back when it is refused', () => {
  const composer = new Composer(signal<Encoding>('utf-8'))
  composer.setText('one')
  const first = composer.send()
  expect([composer.text.value, composer.hex.value]).toEqual(['', ''])
  composer.setText('two')
  first.sent(2)
  expect([composer.text.value, composer.recipients.value]).toEqual(['two', undefined])

  const second = composer.send()
  second.refused()
  expect([composer.text.value, composer.hex.value]).toEqual(['two', '74 77 6f'])
  const third = composer.send()
  composer.setText('three')
  third.refused()
  expect(composer.text.value).toBe('three')
  composer.send().sent(1)
  expect(composer.recipients.value).toBe(1)
  expect(composer.recall(1)).toBe(true)
  expect(composer.text.value).toBe('three')
})
