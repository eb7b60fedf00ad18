import { adviseCertificate } from './advice.js'
import { type Development, provideDevelopment } from './development.js'
import { checkNames } from './names.js'
import type { CertOptions } from './options.js'
import { exitOk } from '../failure.js'
import { escapeText } from '../output/escape.js'
import { wrapCommand } from '../output/commands.js'
import { stringifySafely } from '../output/json.js'
import { quoteWord } from '../output/quote.js'
import { outputWidth } from '../output/sinks/standard.js'
import { wrapHanging } from '../output/width.js'

/** The names of the rows, and 32 bytes with colons between them. */
const fingerprintWidth = 13 + 95

/**
 * Make or keep the development certificate, and say where it is.
 *
 * @returns the exit code
 */
export async function cert(options: CertOptions): Promise<number> {
  const { names, days, folder, force } = options
  const made = await provideDevelopment({ names: checkNames(names), days, folder, force })
  const text = render(made, options, outputWidth())
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()))
  return exitOk
}

function render(made: Development, { folder, json, print }: CertOptions, width: number): string {
  const { files, names, notBefore, notAfter, fingerprint } = made
  const { certificate = '', key = '' } = files ?? {}
  if (print) return `${certificate}\n`
  const serve =
    folder === undefined ? '--tls' : `--cert ${quoteWord(certificate)} --key ${quoteWord(key)}`
  const advice = [`npx --no hawser serve ${serve}`, ...adviseCertificate(certificate)]
  if (json) {
    const times = { notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() }
    const reason = made.made === undefined ? {} : { reason: made.made }
    const about = { certificate, key, made: made.made !== undefined, ...reason, names, ...times }
    return `${stringifySafely({ ...about, fingerprint, try: advice })}\n`
  }
  const state = made.made === undefined ? 'kept' : `made now: ${made.made}`
  const rows = [
    ['certificate', `${certificate} (${state})`],
    ['key', key],
    ['names', names.join(', ')],
    ['valid until', notAfter.toISOString().slice(0, 10)],
    ['SHA-256', width < fingerprintWidth ? halve(fingerprint) : fingerprint],
  ] as const
  const lines = rows.map(([name, value]) =>
    wrapHanging(`${name.padEnd(11)}  `, escapeText(value), width),
  )
  const commands = advice.map((command) => wrapCommand('  try  ', command, width))
  return `${[...lines, ...commands].join('\n')}\n`
}

/** Two rows of it are easier to compare than one that the terminal breaks somewhere. */
function halve(fingerprint: string): string {
  return fingerprint.replace(/^(?:..:){16}/, '$& ')
}
