// Two workers behind one port, each of which is asked once by itself over HTTP and ends then.
import cluster from 'node:cluster'
import { once } from 'node:events'
import { createServer, get } from 'node:http'

if (cluster.isPrimary) {
  cluster.schedulingPolicy = cluster.SCHED_RR
  const workers = [cluster.fork(), cluster.fork()]
  const listening = await Promise.all(workers.map((worker) => once(worker, 'listening')))
  const { port } = listening[0][0]
  for (const _ of workers) {
    const [response] = await once(get({ port, host: '127.0.0.1', agent: false }), 'response')
    for await (const chunk of response) console.log(String(chunk))
  }
  const ended = workers.map((worker) => once(worker, 'exit'))
  for (const worker of workers) worker.disconnect()
  await Promise.all(ended)
  console.log('closed')
} else {
  createServer((_, response) => response.end('from a worker')).listen(0, '127.0.0.1')
}
