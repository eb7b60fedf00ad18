import * as v from 'valibot'

/** What bytes are read as text by. Latin-1 is ISO 8859-1, where each byte is the character of its number. */
export const encodings = ['utf-8', 'gbk', 'latin1', 'utf-16le'] as const

export const Encoding = v.picklist(encodings)

export type Encoding = (typeof encodings)[number]
