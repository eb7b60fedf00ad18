import { serveShipper, type Ship } from '../../support/shipping.js'

interface Shipper {
  readonly ship: Ship
}

const example = new URL(
  '../../../../examples/dist/protocols/log-shipping/shipper.js',
  import.meta.url,
).href
const { Shipper } = (await import(example)) as { Shipper: new (endpoint: string) => Shipper }

serveShipper(async (port) => {
  const shipper = new Shipper(`tcp://127.0.0.1:${port}`)
  return (text) => shipper.ship(text)
})
