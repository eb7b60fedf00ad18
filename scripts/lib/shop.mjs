// A program for a picture: a shop that asks a stock for what it sells. It knows nothing of Hawser.
import { once } from 'node:events'
import { createServer as createShop } from 'node:http'
import { connect, createServer } from 'node:net'

const stock = createServer((socket) => {
  socket.on('data', () => socket.write('{"item":"anchor","metres":null,"left":3}\n'))
})
stock.listen(0, '127.0.0.1')
await once(stock, 'listening')
const line = connect(portOf(stock), '127.0.0.1')

const shop = createShop((request, response) => {
  line.write(`LEFT ${request.url}\n`)
  line.once('data', (found) => response.end(found))
})
shop.listen(0, '127.0.0.1', () => console.log(`the shop is open on port ${portOf(shop)}`))

/** @param {import('node:net').Server} server */
function portOf(server) {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
