import { systemClock } from '../connection/time/system-clock.js'
import { checkOptions } from '../options/check-options.js'
import type { NamesOf } from '../options/option-names.js'
import type { Clock } from '../policy/clock.js'
import type { Transport, TransportAddress, TransportAddresses } from '../transport.js'
import type { LinkSettings } from './link-ends.js'
import { MemoryLink } from './memory-link.js'
import { MemoryTransport } from './memory-transport.js'
import {
  checkNumber,
  checkToxics,
  lineToxicNames,
  type LineToxics,
  listenTo,
  type Toxics,
} from './toxics.js'

/** How the bytes of one direction travel. */
export interface LinkOptions extends LineToxics {
  /**
   * The most bytes in flight, as a kernel's buffers limit them. A write that does not fit returns
   * false, and `wrote` follows when the reader has made room. At least 1; default 64 KiB;
   * `Infinity` for no backpressure at all.
   */
  capacity?: number
  /**
   * Push borrowed bytes with headroom in front, which are overwritten when the call returns, so
   * that keeping them shows as garbage. false hands over bytes that the receiver owns.
   * Default true.
   */
  borrowed?: boolean
}

/** The names of the options in {@link LinkOptions}. */
const linkNames: NamesOf<LinkOptions> = {
  ...lineToxicNames,
  capacity: true,
  borrowed: true,
}

/** Options of {@link createPair}: for both directions, and what differs in one of them. */
export interface PairOptions extends LinkOptions {
  /** What is different on the way from the first transport to the second. */
  forward?: LinkOptions
  /** What is different on the way from the second transport to the first. */
  backward?: LinkOptions
  /** What gets worse and better while the test runs, on top of the other options. */
  toxics?: Toxics
  /** What `latency` and `bandwidth` are measured on. Default the system's clock. */
  clock?: Clock
  /** Where `jitter` comes from: a number from 0 up to, and not including, 1. Default `Math.random`. */
  random?: () => number
}

/** The names of the options in {@link PairOptions}. */
export const pairNames: NamesOf<PairOptions> = {
  ...linkNames,
  forward: linkNames,
  backward: linkNames,
  toxics: true,
  clock: true,
  random: 'function',
}

const kibibyte = 1024

/** The two ends' names: addresses that RFC 5737 sets aside for documentation. */
const leftAddress: TransportAddress = { address: '192.0.2.1', family: 'IPv4', port: 40_001 }
const rightAddress: TransportAddress = { address: '192.0.2.2', family: 'IPv4', port: 8_000 }

/**
 * Two transports joined in memory: what one writes the other receives. No socket is opened, and
 * the options make networks that are hard to come by: bytes that arrive one at a time, a slow
 * line, a line that breaks after so many bytes, a reader without buffers.
 *
 * Nothing is pushed from inside a call of the owner; every delivery is a turn of its own. The
 * first transport may be seen as the client's end (192.0.2.1:40001), the second as the server's
 * (192.0.2.2:8000).
 *
 * @throws OptionError `HAWSER_INVALID_OPTION` when a number cannot work
 */
export function createPair(options: PairOptions = {}): [Transport, Transport] {
  checkOptions(options, pairNames)
  return joinEnds(settleLine(options), { local: leftAddress, remote: rightAddress })
}

/** A line between two ends, all values checked and filled in. */
export interface Line {
  readonly clock: Clock
  readonly forward: LinkSettings
  readonly backward: LinkSettings
  readonly toxics: Pick<Toxics, 'forward' | 'backward'> | undefined
}

/** @throws OptionError `HAWSER_INVALID_OPTION` when a number cannot work */
export function settleLine(options: PairOptions): Line {
  return {
    clock: options.clock ?? systemClock,
    forward: settleLink({ ...options, ...options.forward }, options.random),
    backward: settleLink({ ...options, ...options.backward }, options.random),
    toxics: options.toxics,
  }
}

/** Both directions of a line; `release` ends what the toxics do to them. */
export function makeLinks({ clock, forward, backward, toxics }: Line): {
  readonly toRight: MemoryLink
  readonly toLeft: MemoryLink
  readonly release: () => void
} {
  const toRight = new MemoryLink(forward, clock)
  const toLeft = new MemoryLink(backward, clock)
  const stops = [
    toxics && listenTo(toxics.forward, (changed) => toRight.change(changed)),
    toxics && listenTo(toxics.backward, (changed) => toLeft.change(changed)),
  ]
  return { toRight, toLeft, release: () => stops.forEach((stop) => stop?.()) }
}

/**
 * Two transports at the ends of a line.
 *
 * @param names as the first one sees them
 * @param released called when both are gone
 */
export function joinEnds(
  line: Line,
  names: TransportAddresses,
  released?: () => void,
): [MemoryTransport, MemoryTransport] {
  const { toRight, toLeft, release } = makeLinks(line)
  let open = 2
  const left = (): void => {
    open -= 1
    if (open > 0) return
    release()
    released?.()
  }
  const { local, remote } = names
  const turned = { local: remote, remote: local }
  const near = new MemoryTransport(toRight, toLeft, names, line.backward.borrowed, left)
  const far = new MemoryTransport(toLeft, toRight, turned, line.forward.borrowed, left)
  toRight.connect(near, far)
  toLeft.connect(far, near)
  return [near, far]
}

/**
 * Fill in every default.
 *
 * @throws OptionError `HAWSER_INVALID_OPTION` when a number cannot work
 */
export function settleLink(options: LinkOptions, random: () => number = Math.random): LinkSettings {
  checkToxics(options)
  return {
    chunkSize: options.chunkSize ?? Infinity,
    latency: options.latency ?? 0,
    jitter: options.jitter ?? 0,
    bandwidth: options.bandwidth ?? Infinity,
    loss: options.loss ?? 0,
    resetAfter: options.resetAfter ?? Infinity,
    stall: options.stall ?? false,
    vanish: options.vanish ?? false,
    capacity: checkNumber('capacity', options.capacity ?? 64 * kibibyte, 1),
    borrowed: options.borrowed ?? true,
    oneAtATime: false,
    random,
  }
}
