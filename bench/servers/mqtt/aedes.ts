import { Aedes } from 'aedes'
import { serveNet } from '../node/server.js'

// Its handler is what its documentation gives to net.createServer.
const broker = await Aedes.createBroker()
serveNet(broker.handle)
