import { en, type Words } from './en.js'
import { zh } from './zh.js'

export type Language = 'en' | 'zh'
export type { Words }

export const allWords: Readonly<Record<Language, Words>> = { en, zh }
