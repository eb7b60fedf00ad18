import type { NamesOf } from '../../options/option-names.js'

/** Options of every scripted peer. */
export interface ScriptedPeerOptions {
  /**
   * How long each expectation and each `send` waits, in ms of real time. Default 5,000;
   * `Infinity` waits for ever.
   */
  deadline?: number
  /** false begins as after `stopReading`: the operating system's buffers fill up. Default true. */
  reading?: boolean
}

/** The names of the options in {@link ScriptedPeerOptions}. */
export const scriptedPeerNames: NamesOf<ScriptedPeerOptions> = {
  deadline: true,
  reading: true,
}

/** Options of `ScriptedPeer.listen`: those of each peer, and where to listen. */
export interface ScriptedListenOptions extends ScriptedPeerOptions {
  /** An address of this machine. Default 127.0.0.1. */
  host?: string
  /** Default 0: any that is free. */
  port?: number
  /** A Unix socket's path instead of a host and port. The file must not exist. */
  path?: string
}

/** The names of the options in {@link ScriptedListenOptions}. */
export const scriptedListenNames: NamesOf<ScriptedListenOptions> = {
  ...scriptedPeerNames,
  host: true,
  port: true,
  path: true,
}
