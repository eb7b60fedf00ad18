import { expect, it } from 'vitest'
import { keyNames } from '../../web/views/keys/key-names.js'
import { shortcuts } from '../../web/views/keys/shortcuts.js'

it('each key that does something is in the sheet of keys', () => {
  const named = new Set(keyNames.flatMap(([keys]) => keys.split(/ +/)))
  const spelled: Readonly<Record<string, string>> = { ' ': 'Space', Escape: 'Esc' }
  const missing = Object.keys(shortcuts).filter((key) => !named.has(spelled[key] ?? key))
  expect(missing).toEqual([])
})
