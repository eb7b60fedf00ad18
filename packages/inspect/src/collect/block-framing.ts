import { Buffer } from 'node:buffer'
import { type Decoder, type Emit, type Encoder, type Framing, framing } from 'hawser'
import { headerSize } from '../wire/layout.js'
import { type Block, largestBlock, malformed, readBlock, sizeOfBlock } from './block.js'

/** How the stream of a thread is cut into blocks, each of which is checked. Nothing is sent to a thread. */
export const blocks: Framing<Block, never> = framing<Block, never>({
  name: 'blocks',
  maxFrame: largestBlock,
  overhead: 0,
  decoder: () => new BlockDecoder(),
  encoder: (): Encoder<never> => ({
    encode() {
      throw malformed('nothing is sent to a thread')
    },
  }),
})

class BlockDecoder implements Decoder<Block> {
  decode(bytes: Uint8Array, emit: Emit<Block>, isOwned: boolean): number {
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    let at = 0
    while (all.length - at >= headerSize) {
      const size = sizeOfBlock(all, at)
      if (all.length - at < size) break
      const view = all.subarray(at, at + size)
      at += size
      if (!emit(readBlock(isOwned ? view : Buffer.from(view)), at)) break
    }
    return at
  }
}
