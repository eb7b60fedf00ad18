// Waits for a byte in native code, where no signal and no inspector reaches it.
const { spawnSync } = require('node:child_process')

console.log('ready')
spawnSync('head', ['-c', '1'], { stdio: 'inherit' })
console.log('on')
setInterval(() => {}, 1_000)
