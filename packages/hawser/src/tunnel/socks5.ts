import { parseIp } from '../policy/address/ip-address.js'
import { encodeUtf8, showByte } from '../proxy-protocol/byte-text.js'
import { ipBytes } from '../proxy-protocol/ip-bytes.js'
import { HeldBytes } from './held-bytes.js'
import {
  more,
  type Tunnel,
  type TunnelLogin,
  type TunnelResult,
  type TunnelTarget,
} from './tunnel.js'

const version = 5
const loginVersion = 1
/** Ways to log in (RFC 1928 section 3). */
const method = { none: 0, password: 2, nothing: 0xff } as const
const address = { ipv4: 1, name: 3, ipv6: 4 } as const
const addressKinds: readonly number[] = Object.values(address)
/** The longest reply: one with a host name of 255 bytes (RFC 1928 section 6). */
const longest = 4 + 1 + 255 + 2

/** Replies (RFC 1928 section 6). */
const replies: Readonly<Record<number, string>> = {
  1: 'general failure',
  2: 'its rules do not permit it',
  3: 'the network is unreachable',
  4: 'the host is unreachable, or its name does not resolve',
  5: 'the connection was refused: nothing listens there',
  6: 'it took too long',
  7: 'it does not take CONNECT',
  8: 'it does not take this kind of address',
}

/** A tunnel asked for with SOCKS5 (RFC 1928), with a user and a password (RFC 1929) or without. */
export class Socks5 implements Tunnel {
  readonly #target: TunnelTarget
  readonly #login: TunnelLogin | undefined
  readonly #held = new HeldBytes(longest)
  #step: 'method' | 'login' | 'reply' = 'method'

  constructor(target: TunnelTarget, login: TunnelLogin | undefined) {
    this.#target = target
    this.#login = login
  }

  begin(): Uint8Array {
    const methods = this.#login === undefined ? [method.none] : [method.none, method.password]
    return Uint8Array.of(version, methods.length, ...methods)
  }

  receive(bytes: Uint8Array): TunnelResult {
    let at = 0
    for (;;) {
      const wanted = this.#wanted()
      const taken = this.#held.take(bytes, at, wanted)
      at += taken
      const fault = taken > 0 ? this.#check() : undefined
      if (fault !== undefined) return fault
      if (this.#held.bytes.length < wanted) return more
      // The length may have become known only now.
      if (this.#held.bytes.length < this.#wanted()) continue
      const result = this.#advance()
      this.#held.clear()
      if (result.kind === 'open') return { kind: 'open', consumed: at }
      if (result.kind === 'send' && at < bytes.length) {
        return broken(`it sent ${bytes.length - at} bytes out of turn`)
      }
      return result
    }
  }

  /** Bytes of the reply, as far as is known. */
  #wanted(): number {
    if (this.#step !== 'reply') return 2
    const { bytes } = this.#held
    if (bytes.length < 5) return 5
    const [, , , kind, length = 0] = bytes
    if (kind === address.name) return 4 + 1 + length + 2
    return 4 + (kind === address.ipv6 ? 16 : 4) + 2
  }

  /** An error is reported as soon as it is certain, since the rest of the reply may never come. */
  #check(): TunnelResult | undefined {
    const [first = version, code = 0, , kind = address.ipv4] = this.#held.bytes
    const expected = this.#step === 'login' ? loginVersion : version
    if (first !== expected) {
      return broken(
        `it does not speak SOCKS5: its reply begins with ${showByte(first)}, not ${showByte(expected)}`,
      )
    }
    if (this.#step !== 'reply') return undefined
    if (code !== 0) {
      return { kind: 'refused', reason: `it replied ${code}: ${replies[code] ?? 'unknown reply'}` }
    }
    if (addressKinds.includes(kind)) return undefined
    return broken(`its reply has an address of the unknown kind ${showByte(kind)}`)
  }

  #advance(): TunnelResult {
    const [, code = 0] = this.#held.bytes
    if (this.#step === 'method') return this.#choose(code)
    if (this.#step === 'reply') return { kind: 'open', consumed: 0 }
    if (code === 0) return this.#request()
    return { kind: 'refused', reason: 'it does not accept the user and the password' }
  }

  #choose(chosen: number): TunnelResult {
    const login = this.#login
    if (chosen === method.none) return this.#request()
    if (chosen === method.password && login !== undefined) {
      this.#step = 'login'
      const user = encodeUtf8(login.user)
      const password = encodeUtf8(login.password)
      const bytes = Uint8Array.of(loginVersion, user.length, ...user, password.length, ...password)
      return { kind: 'send', bytes }
    }
    if (chosen !== method.nothing) {
      return broken(`it chose ${showByte(chosen)}, which was not offered`)
    }
    const reason =
      login === undefined
        ? 'it asks for a user and a password, as in socks5://user:password@host:port'
        : 'it accepts neither a user with a password nor a client without one'
    return { kind: 'refused', reason }
  }

  #request(): TunnelResult {
    this.#step = 'reply'
    const { host, port } = this.#target
    const bytes = Uint8Array.of(version, 1, 0, ...addressOf(host), port >> 8, port & 0xff)
    return { kind: 'send', bytes }
  }
}

function broken(problem: string): TunnelResult {
  return { kind: 'broken', problem }
}

function addressOf(host: string): Uint8Array {
  const ip = parseIp(host)
  if (ip?.family === 4) return Uint8Array.of(address.ipv4, ...ipBytes(ip, 4))
  if (ip?.family === 6) return Uint8Array.of(address.ipv6, ...ipBytes(ip, 16))
  const name = encodeUtf8(host)
  return Uint8Array.of(address.name, name.length, ...name)
}
