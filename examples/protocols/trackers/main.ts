// Take positions from GPS trackers: GT06 and Teltonika.
//
//   npm run example trackers [GT06-ENDPOINT [TELTONIKA-ENDPOINT]]
//
// Then set a tracker to this machine's address, or send it a frame with `hawser connect`.
import { formatEndpoint } from 'hawser'
import { createGt06Gateway } from './gt06.js'
import type { Fleet } from './position.js'
import { createTeltonikaGateway } from './teltonika.js'

const [gt06 = 'tcp://127.0.0.1:5023', teltonika = 'tcp://127.0.0.1:5027'] = process.argv.slice(2)
const fleet: Fleet = {
  knows: () => true,
  store(imei, positions) {
    for (const { time, latitude, longitude, speed } of positions) {
      const place = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`
      console.log(`${imei} at ${time.toISOString()}: ${place}, ${speed} km/h`)
    }
  },
}
const gateways = [createGt06Gateway(fleet), createTeltonikaGateway(fleet)] as const
await gateways[0].listen(gt06)
await gateways[1].listen(teltonika)
for (const gateway of gateways) {
  gateway.on('connection', (tracker) => {
    void tracker.closed.then(({ reason }) =>
      console.log(`a tracker is gone: ${reason}, ${tracker.skipped} bytes were skipped`),
    )
  })
  for (const address of gateway.addresses()) console.log(`listening on ${formatEndpoint(address)}`)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => gateways.forEach((gateway) => void gateway.close()))
console.log('Ctrl-C ends it.')
