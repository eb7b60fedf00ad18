import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../../../test/support/property-runs.js'
import { signOf, signSubject, subjectOf } from '../src/subjects.js'

it.each(['', 'a.b', '*', '>', 'two words\n', '\0node', 'é'.repeat(160), '\ud800'])(
  'the topic %j becomes a subject without anything that means something to NATS',
  (topic) => {
    expect(subjectOf('a.b', topic)).toMatch(/^a\.b\.(all|[tu]\.[\w-]+)$/)
  },
)

it('topics that differ have subjects that differ', () => {
  const topic = fc.string({
    unit: fc.constantFrom('', 'a', '.', '\0', 'é', '\ud800', '\udc00', '😀'),
  })
  fc.assert(
    fc.property(topic, topic, (one, two) => {
      expect(subjectOf('p', one) === subjectOf('p', two)).toBe(one === two)
    }),
    runs(500),
  )
})

it('a sign of life is read from its subject, to all nodes or to one', () => {
  expect(signOf('a.b', signSubject('a.b', 'hello'))).toBe('hello')
  expect(signOf('a.b', signSubject('a.b', 'here', 'node-1'))).toBe('here')
  expect(signOf('a.b', 'a.b.n.hallo')).toBeUndefined()
})
