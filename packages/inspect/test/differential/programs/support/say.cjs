// What the programs have in common: they say what each socket saw, in its order, and at the end what was sent and read.
const { createHash } = require('node:crypto')
const { writeFileSync } = require('node:fs')

const truths = {}
const out = []

/** A line of the output, which is written at once at the end of a part. */
const say = (...words) => out.push(words.join(' '))
const flush = () => {
  if (out.length > 0) process.stdout.write(`${out.splice(0).join('\n')}\n`)
}

const brief = (bytes) =>
  `${bytes.length}:${createHash('sha1').update(bytes).digest('hex').slice(0, 12)}`

/** Bytes that differ at each place. */
const bytesOf = (length, seed = 1) => {
  const bytes = Buffer.alloc(length)
  let state = seed
  for (let at = 0; at < length; at++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff
    bytes[at] = state >> 16
  }
  return bytes
}

/** What a connection sent or got, for the one who compares it with what was seen. */
const truth = (name, way, bytes) => {
  truths[name] ??= { in: [], out: [] }
  truths[name][way].push(Buffer.from(bytes))
}

process.on('exit', () => {
  flush()
  if (process.env.TRUTH === undefined) return
  const whole = Object.entries(truths).map(([name, ways]) => [
    name,
    {
      in: Buffer.concat(ways.in).toString('base64'),
      out: Buffer.concat(ways.out).toString('base64'),
    },
  ])
  writeFileSync(process.env.TRUTH, JSON.stringify(Object.fromEntries(whole)))
})

/** Notes what happens at a socket, in its order: how bytes were cut is chance, and is left out. */
const watch = (name, socket, isRead = true) => {
  const notes = []
  const note = (text) => notes.push(text)
  const got = []
  for (const event of ['connect', 'ready', 'secureConnect', 'drain', 'end', 'finish', 'timeout']) {
    socket.on(event, () => note(event))
  }
  socket.on('error', (error) => note(`error ${error.code ?? error.message}`))
  const closed = new Promise((resolve) => {
    socket.on('close', (had) => {
      note(`close ${had} ${socket.bytesRead}/${socket.bytesWritten} ${socket.destroyed}`)
      resolve()
    })
  })
  if (isRead) {
    socket.on('data', (chunk) => {
      got.push(Buffer.from(chunk))
      if (notes.at(-1) !== 'data') note('data')
    })
  }
  return {
    note,
    closed,
    tell() {
      say(` ${name}:`, notes.join(', '), `got ${brief(Buffer.concat(got))}`)
    },
    got: () => Buffer.concat(got),
  }
}

/** Runs the parts one after another. */
const run = async (parts) => {
  for (const [name, part] of Object.entries(parts)) {
    say(`== ${name}`)
    await part()
    flush()
  }
}

const listen = (server, where = [0, '127.0.0.1']) =>
  new Promise((resolve) => {
    server.listen(...where, () => resolve(server.address().port))
  })

const close = (server) => new Promise((resolve) => server.close(() => resolve()))

module.exports = { brief, bytesOf, close, flush, listen, run, say, truth, watch }
