import type { Engine } from './engine.js'
import { HandlerConsumer } from './handler-consumer.js'

// When a connection has nothing left to do, and what follows from that. The peer's FIN is no reason
// to end ours: only when all it sent was taken, and nobody is at work on an answer, is it time.

/** End our direction if all that will ever come was taken and worked on. */
export function endWhenDone<In, Out>(engine: Engine<In, Out>): void {
  const { consumer, ended, done } = engine.receiver
  const rests = consumer === undefined ? !engine.handlerRuns : consumer.atRest
  if (engine.isDiscarding || !rests || !done) return
  if (engine.draining) {
    if (!engine.isSendingDone) return
    engine.receiver.dismiss(undefined)
    // A function handler still gets to say goodbye: its settling ends the connection.
    if (!isHeldOpen(engine)) engine.finish()
  } else if (ended && consumer instanceof HandlerConsumer) engine.endOurs('remote')
}

/** End our direction if the peer has ended and nobody is there to take or send more. */
export function endWhenLeft<In, Out>(engine: Engine<In, Out>): void {
  const { consumer, ended, empty, done } = engine.receiver
  if (consumer !== undefined) return
  if (ended && (empty || done) && !isHeldOpen(engine)) engine.endOurs('remote')
  engine.settle()
}

/** Whether nothing that was received is still to be delivered to a live consumer. */
export function isDelivered<In, Out>({ receiver }: Engine<In, Out>): boolean {
  const { consumer, ended, empty, done } = receiver
  if (consumer === undefined || !ended) return true
  return (empty || done) && (consumer.atRest || !(consumer instanceof HandlerConsumer))
}

/** Whether our direction is somebody's to end, so that the peer's end does not end it. */
function isHeldOpen<In, Out>(engine: Engine<In, Out>): boolean {
  return engine.handlerRuns || engine.isStreamed
}
