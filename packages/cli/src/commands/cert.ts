import { adviseCertificate } from '../certificate/advice.js'
import { type Development, provideDevelopment } from '../certificate/development.js'
import { checkNames } from '../certificate/names.js'
import type { CertOptions } from '../certificate/options.js'
import { exitOk } from '../failure.js'
import { escapeText } from '../output/escape.js'
import { stringifySafely } from '../output/json.js'
import { quoteWord } from '../output/quote.js'

/**
 * Make or keep the development certificate, and say where it is.
 *
 * @returns the exit code
 */
export async function cert(options: CertOptions): Promise<number> {
  const { names, days, folder, force } = options
  const made = await provideDevelopment({ names: checkNames(names), days, folder, force })
  const text = render(made, options)
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()))
  return exitOk
}

function render(made: Development, { folder, json, print }: CertOptions): string {
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
    ['SHA-256', fingerprint],
  ] as const
  const lines = rows.map(([name, value]) => `${name.padEnd(11)}  ${escapeText(value)}`)
  const commands = advice.map((line) => `  try  ${line}`)
  return `${[...lines, ...commands].join('\n')}\n`
}
