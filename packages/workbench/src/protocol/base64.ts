import * as v from 'valibot'

/** Bytes on their way from a page. */
export const Base64 = v.pipe(
  v.string(),
  v.maxLength(16 * 1024 * 1024),
  v.check(isBase64, 'bytes are base64'),
)

/** valibot's own is one expression for all of it, which needs more stack than there is from some megabytes on. */
function isBase64(text: string): boolean {
  const end = text.indexOf('=')
  const isPadded = end === -1 || /^={1,2}$/.test(text.slice(end, end + 3))
  return text.length % 4 === 0 && isPadded && !/[^A-Za-z\d+/=]/.test(text)
}
