// Receive and send HL7 messages by MLLP.
//
//   npm run example hl7 [ENDPOINT]
//
// Then send it messages from a hospital system, an engine such as Mirth, or the sender here.
import { formatEndpoint } from 'hawser'
import { createReceiver } from './receiver.js'
import { Sender } from './sender.js'

const [endpoint = 'tcp://127.0.0.1:2575'] = process.argv.slice(2)
const receiver = createReceiver((text, { type, controlId }) => {
  const pid = text.split('\r').find((segment) => segment.startsWith('PID'))
  if (pid === undefined) throw new Error('there is no patient in it')
  console.log(`${type} ${controlId}: ${pid.split('|')[5]}`)
})
await receiver.listen(endpoint)
for (const address of receiver.addresses()) console.log(`listening on ${formatEndpoint(address)}`)

const sender = new Sender(receiver.address())
const admission = 'MSH|^~\\&|WARD|HOSPITAL|LAB|HOSPITAL|20261128021500||ADT^A01|4711|P|2.5'
await sender.send(`${admission}\rPID|1||12345||DOE^JANE\r`)
await sender.send(`${admission}\r`).catch((error: Error) => console.log(String(error)))
await sender.close()

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void receiver.close())
console.log('Ctrl-C ends it.')
