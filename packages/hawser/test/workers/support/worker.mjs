// A worker of the tests. It answers lines with its process number and the line; some lines have it do
// something. What it is to be it finds in its environment.
import { existsSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createServer, lines } from 'hawser'
import { currentWorker, joinWorkers, workersBackplane } from 'hawser/workers'

const { ENDPOINT = '127.0.0.1:0', BROKEN_IF, BACKPLANE, LEAVE, OPTIONS = '{}' } = process.env
const backplane = BACKPLANE === undefined ? undefined : workersBackplane()

const server = createServer(
  { framing: lines(), backplane, ...JSON.parse(OPTIONS) },
  {
    message(connection, line) {
      if (line === 'crash') process.exit(7)
      if (line === 'block') {
        console.log('blocked')
        for (;;);
      }
      if (line.startsWith('wait ')) {
        console.log('waiting')
        while (!existsSync(line.slice(5)));
        return connection.send(`${process.pid} waited`)
      }
      if (line === 'hold') {
        void connection.send('held')
        return new Promise(() => {})
      }
      if (line === 'memory') return connection.send(String(usedMemory()))
      if (line === 'doze') {
        doze()
        return connection.send('dozing')
      }
      if (line === 'slot') return connection.send(JSON.stringify(currentWorker() ?? null))
      const [order, topic, ...words] = line.split(' ')
      if (order === 'count') {
        const counting = connection.server.to(topic).count({ timeout: Number(words[0]) })
        return counting.then((count) => connection.send(JSON.stringify(count)))
      }
      if (order === 'shout') return void server.broadcast([topic, ...words].join(' '))
      if (order === 'tell') return void server.to(topic).send(words.join(' '))
      if (order === 'join') {
        connection.join(topic)
        return connection.send(`joined ${topic}`)
      }
      if (order === 'visit') {
        connection.join(topic)
        connection.leave(topic)
        return connection.send(`left ${topic}`)
      }
      if (order === 'tour') return tour(connection, Number(topic), ...words.map(Number))
      if (order === 'lost') return passedOn(connection)
      if (order === 'flood') return flood(connection, topic, ...words.map(Number))
      return connection.send(`${process.pid} ${String(line)}`)
    },
  },
)

/** Join so many topics and leave them again, so many times; the primary is told of each change. */
async function tour(connection, topics, times) {
  const names = Array.from({ length: topics }, (_, each) => `topic ${each}`)
  for (let each = 0; each < times; each += 1) {
    for (const name of names) connection.join(name)
    await new Promise(setImmediate)
    for (const name of names) connection.leave(name)
    await new Promise(setImmediate)
  }
  await connection.send('toured')
}

/** Say what was lost of all that has been published, when nothing of it waits. */
async function passedOn(connection) {
  while (server.info().backplane.queued > 0) await new Promise(setImmediate)
  await connection.send(String(server.info().backplane.lost))
}

/** Bytes of heap and buffers that are in use. */
function usedMemory() {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  for (let round = 0; round < 3; round += 1) collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Be busy for most of every turn from now on. */
function doze() {
  const until = performance.now() + 20
  while (performance.now() < until);
  setImmediate(doze).unref()
}

/** Send so many messages of that size to a topic, and say when they have left this process. */
async function flood(connection, topic, size, count) {
  const text = 'x'.repeat(size)
  for (let each = 0; each < count; each += 1) {
    server.to(topic).send(text)
    while (server.info().backplane.queued > 4_000_000) await new Promise(setImmediate)
  }
  while (server.info().backplane.queued > 0) await new Promise(setImmediate)
  const { lost } = server.info().backplane
  await connection.send(`flooded, lost ${lost}`)
}

joinWorkers(server, {
  leave() {
    if (LEAVE === 'throws') throw new Error('a bug in leave')
    if (LEAVE === 'rejects') return Promise.reject(new Error('a bug in leave'))
    console.log(`left ${process.pid}`)
  },
})
if (BROKEN_IF !== undefined && existsSync(BROKEN_IF)) throw new Error('this version is broken')
await server.listen(ENDPOINT)
console.log(`listening ${process.pid}`)
