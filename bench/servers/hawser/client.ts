import { createClient, lines } from 'hawser'
import { serveClient } from '../../support/asking.js'

serveClient(async (port) => {
  const client = createClient(`tcp://127.0.0.1:${port}`, { framing: lines() })
  return (question) => client.request(question)
})
