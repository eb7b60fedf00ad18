import { createLog } from 'hawser/log'

// A process of its own: writes rows into a log, and goes on with so many a second.
const [file = '', begin = '0', aSecond = '0'] = process.argv.slice(2)
const log = await createLog(file)
const connections = Array.from({ length: 20 }, (_, index) => {
  return log.open({ remotePort: 40_000 + index, remoteAddress: '127.0.0.1' }, { name: 'busy' })
})
const text = new TextEncoder()
let written = 0

/** @param {number} count */
function write(count) {
  for (let left = count; left > 0; left--) {
    const connection = connections[written % connections.length]
    const said = text.encode(`message ${written} of a conversation that goes on\r\n`)
    if (written % 2 === 0) connection?.in(said)
    else connection?.out(said)
    written++
  }
}

// The writer keeps a bounded amount: it is given the time to write it.
while (written < Number(begin)) {
  write(20_000)
  await log.flush()
}
process.stdout.write('ready\n')
const timer = setInterval(() => write(Number(aSecond) / 20), 50)
process.stdin.resume().on('end', () => {
  clearInterval(timer)
  void log.close()
})
