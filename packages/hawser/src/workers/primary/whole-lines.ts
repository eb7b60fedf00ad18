/** Bytes of a line that is passed on though its end has not come. */
const longestLine = 1024 * 1024
const lineFeed = 10

/**
 * Pass on what a process prints, whole lines only: what several processes print is not torn apart.
 *
 * @param take when it returns a promise, nothing more is read before that is settled
 */
export async function passLines(
  stream: AsyncIterable<Uint8Array | string>,
  take: (lines: Uint8Array) => void | Promise<void>,
): Promise<void> {
  let rest: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk)
    const end = bytes.lastIndexOf(lineFeed) + 1
    if (end > 0 || size + bytes.length > longestLine) {
      const cut = end > 0 ? end : bytes.length
      await take(Buffer.concat([...rest, bytes.subarray(0, cut)]))
      rest = cut < bytes.length ? [bytes.subarray(cut)] : []
    } else rest.push(bytes)
    size = rest.reduce((sum, { length }) => sum + length, 0)
  }
  if (size > 0) await take(Buffer.concat(rest))
}
