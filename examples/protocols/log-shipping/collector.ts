// A collector: writes what shippers send to a file, and acknowledges what is in it.
import { type FileHandle, open } from 'node:fs/promises'
import { createServer, type Server, type ServerOptions } from 'hawser'
import { batches, type Entry, type Stored } from './entry.js'

/** More than any line takes. */
const longestLine = 1024 * 1024

/** @param path each entry becomes a line of JSON in this file */
export async function createCollector(
  path: string,
  options: ServerOptions<readonly Entry[], Stored> = {},
): Promise<Server<readonly Entry[], Stored>> {
  const file = await open(path, 'a+')
  let size = await cutLastLine(file)
  let writing: Promise<void> = Promise.resolve()

  /** One after the other, so that the lines of two shippers do not mix. */
  function append(lines: string): Promise<void> {
    writing = writing
      // What failed for one shipper may work for the next.
      .catch(() => {})
      .then(async () => {
        try {
          await file.appendFile(lines)
          await file.datasync()
          size += Buffer.byteLength(lines)
        } catch (error) {
          // Half a line would spoil the next one.
          await file.truncate(size)
          throw error
        }
      })
    return writing
  }

  const server = createServer<readonly Entry[], Stored>(
    { framing: batches, idleTimeout: 600_000, ...options },
    async (shipper) => {
      // All that has come is written at once: the disk is asked once for it.
      for await (const all of shipper.batches()) {
        await append(all.flatMap((batch) => batch.map(lineOf)).join(''))
        for (const batch of all) await shipper.send({ stored: batch.at(-1)?.id ?? 0 })
      }
    },
  )
  server.on('close', () => {
    void writing.catch(() => {}).then(() => file.close())
  })
  return server
}

function lineOf(entry: Entry): string {
  return `${JSON.stringify(entry)}\n`
}

/** A line that was cut off when a collector was killed was not acknowledged, and will come again. */
async function cutLastLine(file: FileHandle): Promise<number> {
  const { size } = await file.stat()
  const last = Buffer.alloc(Math.min(size, longestLine))
  await file.read(last, 0, last.length, size - last.length)
  const whole = size - last.length + last.lastIndexOf('\n') + 1
  await file.truncate(whole)
  return whole
}
