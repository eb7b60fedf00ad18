import { parseIp } from '../policy/address/ip-address.js'
import { encodeUtf8, showByte } from '../proxy-protocol/byte-text.js'
import { ipBytes } from '../proxy-protocol/ip-bytes.js'
import { HeldBytes } from './held-bytes.js'
import { more, type Tunnel, type TunnelResult, type TunnelTarget } from './tunnel.js'

const granted = 0x5a
const replyLength = 8

const replies: Readonly<Record<number, string>> = {
  0x5b: 'it refused, or could not connect',
  0x5c: 'it cannot ask who we are (identd)',
  0x5d: 'identd named another user for us',
}

/**
 * A tunnel asked for with SOCKS4a: SOCKS4 with an address that cannot be (0.0.0.1) and a host name
 * for the proxy to resolve behind it. An IPv4 address is asked for as SOCKS4 does.
 *
 * @see https://www.openssh.com/txt/socks4a.protocol
 */
export class Socks4 implements Tunnel {
  readonly #target: TunnelTarget
  readonly #user: string
  readonly #held = new HeldBytes(replyLength)

  constructor(target: TunnelTarget, user: string) {
    this.#target = target
    this.#user = user
  }

  begin(): Uint8Array {
    const { host, port } = this.#target
    const ip = parseIp(host)
    const address = ip?.family === 4 ? ipBytes(ip, 4) : Uint8Array.of(0, 0, 0, 1)
    const name = ip?.family === 4 ? [] : [...encodeUtf8(host), 0]
    const user = encodeUtf8(this.#user)
    return Uint8Array.of(4, 1, port >> 8, port & 0xff, ...address, ...user, 0, ...name)
  }

  receive(bytes: Uint8Array): TunnelResult {
    const consumed = this.#held.take(bytes, 0, replyLength)
    const [first = 0, code = granted] = this.#held.bytes
    if (first !== 0) {
      const problem = `it does not speak SOCKS4: its reply begins with ${showByte(first)}, not 0x00`
      return { kind: 'broken', problem }
    }
    if (this.#held.bytes.length < replyLength) return more
    if (code === granted) return { kind: 'open', consumed }
    const said = `it replied ${showByte(code)}: ${replies[code] ?? 'unknown reply'}`
    return { kind: 'refused', reason: said }
  }
}
