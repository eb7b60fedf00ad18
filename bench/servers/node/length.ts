import { upperCaseInPlace } from '../../support/letters.js'
import { serveNet } from './server.js'

// Four bytes of length, big-endian, by hand: the frames of a chunk are changed in place and sent
// back in one write.
serveNet((socket) => {
  let rest: Buffer | undefined
  socket.on('data', (chunk) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (at + 4 <= bytes.length) {
      const end = at + 4 + bytes.readUInt32BE(at)
      if (end > bytes.length) break
      upperCaseInPlace(bytes.subarray(at + 4, end))
      at = end
    }
    rest = at === bytes.length ? undefined : bytes.subarray(at)
    if (at > 0) socket.write(bytes.subarray(0, at))
  })
})
