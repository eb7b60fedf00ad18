#!/usr/bin/env node
// Committed rather than built: npm links a command only if its file exists when it installs.
import module from 'node:module'

module.enableCompileCache?.()
await import('../dist/main.js')
