import type { Tools } from './tools.js'

/** How a workbench is started. */
export interface WorkbenchOptions {
  readonly tools: Tools
  /** Where its page is served. Default `127.0.0.1:0`: a free port of this machine only. */
  readonly page?: string | undefined
  /** Whether `page` may be an address that other machines reach. */
  readonly isOpen?: boolean | undefined
  /** The log that is written. Default: a temporary file, deleted at the end. */
  readonly log?: string | undefined
  /** The folder of a project. */
  readonly folder?: string | undefined
  /** Something that a person should see. */
  readonly onNotice?: ((level: 'info' | 'warning' | 'error', text: string) => void) | undefined
}

/** A workbench that runs. */
export interface Workbench {
  /** A fresh link to its page; it can be used once, and for ten minutes. */
  link(): string
  close(): Promise<void>
}
