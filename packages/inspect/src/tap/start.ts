import { Narrator } from './connections/narrator.js'
import { Observer } from './connections/observer.js'
import { Recorder } from './connections/recorder.js'
import { Registry } from './connections/registry.js'
import { write } from './connections/stamp.js'
import { describeThread } from './describe-thread.js'
import { watchExit } from './hooks/exit.js'
import { findHooks, setHooks } from './hooks/hooks.js'
import { Pump } from './send/pump.js'

/** The tap of a thread. */
export interface Tap {
  /** Whether its inspector is gone. */
  readonly isOff: boolean
}

/** @param path of the inspector's socket @param options as JSON */
export function start(path: string, options: string | undefined): Tap {
  const pump = new Pump(
    path,
    () => narrator.settle(),
    () => observer.off(),
  )
  const recorder = new Recorder(pump, (connection) => narrator.add(connection))
  const registry = new Registry((connection) => {
    narrator.add(connection)
    pump.later(1)
  })
  const narrator = new Narrator(recorder, registry)
  const observer = new Observer(registry, narrator, recorder)
  write(pump.sink.line.socket, null)
  recorder.event(0, describeThread(findHooks(pump.sink.line)))
  pump.flush()
  // With no inspector there, nothing is touched.
  if (pump.isOff) return pump
  watchExit(() => pump.exit())
  setHooks(observer, pump.sink.line, readHttp2(options))
  return pump
}

function readHttp2(options: string | undefined): boolean {
  if (options === undefined) return false
  const { http2 } = JSON.parse(options) as { http2?: unknown }
  return http2 === true
}
