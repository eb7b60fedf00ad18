#!/usr/bin/env node
// Committed rather than built: npm links a command only if its file exists when it installs.
import module from 'node:module'

module.enableCompileCache?.()
try {
  await import('../dist/main.js')
} catch (error) {
  // Everything else that can go wrong is handled in there.
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error
  const details = process.env.HAWSER_DEBUG ? `${error.stack}\n` : ''
  process.stderr.write(`hawser: it is not built: run npm run build\n${details}`)
  process.exitCode = 1
}
