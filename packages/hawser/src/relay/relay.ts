import type { CloseInfo } from '../connection/end/close-info.js'
import { engineOf } from '../connection/connection.js'
import type { Connection } from '../connection/face.js'
import type { Engine } from '../connection/engine.js'
import { AbortedError } from '../errors.js'
import { raw } from '../framing/formats/raw.js'
import { checkOptions } from '../options/check-options.js'
import type { NamesOf } from '../options/option-names.js'
import { handled } from '../promises.js'
import { Direction } from './direction.js'

/** How a relay may be ended. */
export interface RelayOptions {
  /** Resets both connections, and rejects with `HAWSER_ABORTED`. */
  readonly signal?: AbortSignal | undefined
}

type RawFraming = ReturnType<typeof raw>

const anyRaw = raw()

/** The names of the options in {@link RelayOptions}. */
const relayNames: NamesOf<RelayOptions> = { signal: 'signal' }

/** What a relay has passed on, and how it came to its end. */
export interface RelayResult {
  /** Bytes that came from `a` and were accepted by `b` for sending. */
  readonly aToB: number
  /** Bytes that came from `b` and were accepted by `a` for sending. */
  readonly bToA: number
  /** Whose peer was the first to end, or to break off. */
  readonly endedBy: 'a' | 'b'
  /** How the connection `a` ended. */
  readonly a: CloseInfo
  /** How the connection `b` ended. */
  readonly b: CloseInfo
}

/**
 * Join two connections: what arrives at one is sent to the other, both ways, until both have ended.
 *
 * Bytes are passed on as they are, whatever the framings: both connections read and write `raw()`
 * from here on, beginning behind the last message that was delivered. A peer's end (FIN) is passed
 * on and the other direction goes on; a reset is passed on as a reset, your own too, as is what else
 * ends a connection with an error, though it came before the relay began. What arrives for one that
 * you have ended yourself is dropped; when one is gone, the other is closed. While more than 128 KiB wait for one peer, the other is not read; `outbox`,
 * `writeTimeout` and the other limits of each connection hold.
 *
 * ```ts
 * const server = createServer(async (inner) => {
 *   const outer = await connect('tcp://127.0.0.1:6379')
 *   const { aToB, bToA, endedBy } = await relay(inner, outer)
 * })
 * ```
 *
 * @returns fulfils when both connections are gone, however they ended. Rejects with StateError
 *   `HAWSER_ALREADY_CONSUMED` (the messages of one of them are consumed already), AbortedError
 *   `HAWSER_ABORTED`, or OptionError for an option that does not exist
 */
export function relay<AIn, AOut, BIn, BOut>(
  a: Connection<AIn, AOut>,
  b: Connection<BIn, BOut>,
  options: RelayOptions = {},
): Promise<RelayResult> {
  return handled(join(a, b, options))
}

async function join<AIn, AOut, BIn, BOut>(
  a: Connection<AIn, AOut>,
  b: Connection<BIn, BOut>,
  options: RelayOptions,
): Promise<RelayResult> {
  checkOptions(options, relayNames)
  const { signal } = options
  const [left, right] = [endOf(a), endOf(b)]
  const abort = (): void => {
    left.reset()
    right.reset()
  }
  if (signal?.aborted === true) {
    abort()
    throw aborted(signal)
  }
  let first: 'a' | 'b' | undefined
  const forth = new Direction(left, right, () => (first ??= 'a'))
  const back = new Direction(right, left, () => (first ??= 'b'))
  left.receiver.consume(forth)
  try {
    right.receiver.consume(back)
  } catch (error) {
    left.receiver.consumer = undefined
    throw error
  }
  for (const end of [left, right]) end.switchFraming(rawFor(end))
  let isAborted = false
  const onAbort = (): void => {
    isAborted = true
    abort()
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  // What is still to come for one that is gone reaches no one.
  void left.closing.then(() => right.finish())
  void right.closing.then(() => left.finish())
  const [infoA, infoB] = await Promise.all([left.closing, right.closing])
  signal?.removeEventListener('abort', onAbort)
  if (isAborted) throw aborted(signal)
  return { aToB: forth.bytes, bToA: back.bytes, endedBy: first ?? 'a', a: infoA, b: infoB }
}

function endOf<In, Out>(connection: Connection<In, Out>): Engine<Uint8Array, Uint8Array | string> {
  return engineOf(connection) as unknown as Engine<Uint8Array, Uint8Array | string>
}

/** Pieces that fit into an inbox however small: its owner chose it for the framing it had until now. */
function rawFor({ settings }: Engine<Uint8Array, Uint8Array | string>): RawFraming {
  const { maxFrame } = anyRaw
  return raw({ maxFrame: Math.min(maxFrame, Math.max(1, Math.floor(settings.inboxLimit))) })
}

function aborted(signal: AbortSignal | undefined): AbortedError {
  const text = 'the relay was aborted: both connections were reset'
  return new AbortedError('HAWSER_ABORTED', text, { op: 'relay', cause: signal?.reason })
}
