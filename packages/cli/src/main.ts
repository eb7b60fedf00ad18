import { readFileSync } from 'node:fs'

const [first] = process.argv.slice(2)

// Everything else is loaded only when it is needed: a version must not cost a start-up.
if (process.argv.length === 3 && (first === '--version' || first === '-V')) {
  process.stdout.write(`${readVersion()}\n`)
} else {
  const { run } = await import('./run.js')
  await run(process.argv.slice(2), readVersion())
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

export {}
