import { effect, signal, type Signal } from '@preact/signals'
import { type Encoding, encodings } from '../../src/protocol/text/encoding.js'
import type { Language } from '../words/words.js'

export type Theme = 'system' | 'light' | 'dark'
export type TimeForm = 'clock' | 'relative' | 'delta' | 'selected'

/** What a person chose, kept by the browser. */
export interface Settings {
  readonly language: Signal<Language>
  readonly theme: Signal<Theme>
  readonly time: Signal<TimeForm>
  /** By which encoding the text of a session is read, by its name; UTF-8 where there is none. */
  readonly encodings: Signal<Readonly<Record<string, Encoding>>>
}

const place = 'hawser'
/** Sessions whose encoding is kept. */
const mostEncodings = 100

export function createSettings(storage: Storage, preferred: readonly string[]): Settings {
  const kept = read(storage)
  const isChinese = preferred[0]?.startsWith('zh') === true
  const language = signal<Language>(
    oneOf(['en', 'zh'], kept['language']) ?? (isChinese ? 'zh' : 'en'),
  )
  const theme = signal<Theme>(oneOf(['system', 'light', 'dark'], kept['theme']) ?? 'system')
  const time = signal<TimeForm>(
    oneOf(['clock', 'relative', 'delta', 'selected'], kept['time']) ?? 'clock',
  )
  const encoded = Object.entries(Object(kept['encodings']) as Record<string, unknown>)
  const perSession = signal<Readonly<Record<string, Encoding>>>(
    Object.fromEntries(
      encoded.slice(-mostEncodings).flatMap(([name, value]) => {
        const encoding = oneOf(encodings, value)
        return encoding === undefined ? [] : [[name, encoding]]
      }),
    ),
  )
  effect(() => {
    const chosen = {
      ...{ language: language.value, theme: theme.value, time: time.value },
      encodings: perSession.value,
    }
    try {
      storage.setItem(place, JSON.stringify(chosen))
    } catch {
      // A browser that keeps nothing forgets it.
    }
  })
  return { language, theme, time, encodings: perSession }
}

function read(storage: Storage): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(storage.getItem(place) ?? '{}')
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

function oneOf<Word extends string>(words: readonly Word[], value: unknown): Word | undefined {
  return words.find((word) => word === value)
}
