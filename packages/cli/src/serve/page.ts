import type { Server } from 'hawser'
import type { Outgoing } from '../wire/adapter.js'
import type { Incoming } from '../wire/http-framing.js'
import type { ServeOptions } from './options.js'

/** A page of the workbench that shows a server. */
export interface ServedPage {
  /** A fresh link to it; it can be used once, and for ten minutes. */
  link(): string
  close(): Promise<void>
}

/**
 * Serve a page that shows this server, and writes what it says to the log of `--log`.
 *
 * @param notice says what a person should know
 */
export type ServePage = (
  server: Server<Incoming, Outgoing>,
  options: ServeOptions,
  notice: (text: string) => void,
) => Promise<ServedPage>
