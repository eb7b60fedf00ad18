import { type ErrorText, HawserError } from '../errors.js'

/**
 * What an error says that has the words of another one in it: it is about the same option.
 *
 * @param around makes the text from those words
 */
export function quoting(
  quoted: Error,
  around: (words: string) => string,
): { readonly text: ErrorText; readonly option: string | undefined } {
  if (!(quoted instanceof HawserError) || quoted.option === undefined) {
    return { text: around(quoted.message), option: undefined }
  }
  return { text: (option) => around(quoted.rephrase(option)), option: quoted.option }
}
