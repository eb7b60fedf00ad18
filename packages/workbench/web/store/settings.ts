import { effect, signal, type Signal } from '@preact/signals'
import type { Language } from '../words/words.js'

export type Theme = 'system' | 'light' | 'dark'
export type TimeForm = 'clock' | 'relative' | 'delta'

/** What a person chose, kept by the browser. */
export interface Settings {
  readonly language: Signal<Language>
  readonly theme: Signal<Theme>
  readonly time: Signal<TimeForm>
}

const place = 'hawser'

export function createSettings(storage: Storage, preferred: readonly string[]): Settings {
  const kept = read(storage)
  const isChinese = preferred[0]?.startsWith('zh') === true
  const language = signal<Language>(
    oneOf(['en', 'zh'], kept['language']) ?? (isChinese ? 'zh' : 'en'),
  )
  const theme = signal<Theme>(oneOf(['system', 'light', 'dark'], kept['theme']) ?? 'system')
  const time = signal<TimeForm>(oneOf(['clock', 'relative', 'delta'], kept['time']) ?? 'clock')
  effect(() => {
    const chosen = { language: language.value, theme: theme.value, time: time.value }
    try {
      storage.setItem(place, JSON.stringify(chosen))
    } catch {
      // A browser that keeps nothing forgets it.
    }
  })
  return { language, theme, time }
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
