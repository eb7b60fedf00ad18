/** How a connection came to be: the program listened, it connected, or it was met when it stood already. */
export type Role = 'accept' | 'connect' | 'adopt'

/** Where the program said that it connects to. */
export interface Target {
  readonly host?: string
  readonly port?: number
  readonly path?: string
}

/** What the tap knows about a connection of the program's. */
export class Connection {
  /** 1, 2, … in this thread, 0 until it is announced. */
  id = 0
  target: Target | undefined
  role: Role | undefined;
  /** Bytes of each direction so far, with those that were lost. */
  in = 0
  out = 0
  /** What both were when its socket's counters began: at the start of TLS, or of the tap. */
  baseIn = 0
  baseOut = 0
  /** Lost since the last row. */
  lostIn = 0
  lostOut = 0
  lostRows = 0
  flags = 0
  /** Something has to be said before its next row: its opening, its security, a loss. */
  isDue = true
  /** HTTP/2 reads and writes it past every hook. */
  isTaken = false
  isConnected = false
  isSecureSaid = false
  isUnseenSaid = false
  isEnded = false
  isClosed = false
  /** What the socket below TLS failed with, which its owner does not say again. */
  error: string | undefined
  /** How it closed, until there is room to say it. */
  close: object | undefined

  owner: object

  /** @param owner the socket whose counters are the connection's: the one on top, where there is TLS */
  constructor(owner: object) {
    this.owner = owner
  }
}
