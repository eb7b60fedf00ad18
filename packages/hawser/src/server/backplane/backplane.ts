/** What a server takes from its backplane. No method ever throws. */
export interface BackplaneListener {
  /**
   * Another node published a message about a topic that this node is subscribed to. Call it neither
   * after `close()` nor from inside `publish`.
   *
   * @param message the bytes that were published; they are never changed
   * @param from the `nodeId` of who published it
   */
  message(topic: string, message: Uint8Array, from: string): void
  /**
   * An error that belongs to no call, such as a link that was lost. The server
   * brings it to `onError`; to mend it is the backplane's affair.
   */
  failed(error: Error): void
  /**
   * The link to the other nodes is lost: what is published now reaches none of them, and `publish`
   * should throw. The server brings it to `onError`, and emits `backplane`.
   */
  disconnected(error: Error): void
  /** The link is there again, and so are the subscriptions. The server emits `backplane`. */
  reconnected(): void
  /**
   * Messages of another node about a topic that this node is subscribed to did not arrive: a backplane
   * that numbers them knows at the next one. The server counts them in `info().backplane.missed`.
   */
  missed(topic: string, count: number, from: string): void
}

/**
 * Carries what is sent to topics from one node to the others: to other servers of the process, other
 * workers of the machine, or other machines. `memoryBackplane()` is the first kind; your own may be
 * of any.
 *
 * What a server relies on:
 *
 * - **At most once.** A message may be lost, and never comes twice. It comes to every other node
 *   that is subscribed to its topic and never to the one that published it.
 * - **In order.** What one node publishes arrives at another in the order it was published in, also
 *   when it is about different topics. Between messages of different nodes there is no order.
 * - **Calls take effect in the order they are made in**, also while the promise of an earlier one is
 *   pending. A subscription that exists already may be asked for again, one that does not exist may
 *   be ended; neither changes anything.
 * - **Nothing is shared.** All that passes between nodes is in `topic`, `message` and `from`.
 *
 * A topic is any text of at most 320 bytes of UTF-8 (what nodes ask each other begins with `NUL`), and the empty one, to which every node that
 * listens is subscribed (for `broadcast`, and what is sent to several topics at once): where names
 * have rules, encode it. A message is as large as what is sent, and a few bytes. Nodes trust each
 * other: every program that can publish reaches every member.
 *
 * A call that throws or rejects is brought to `onError` with `HAWSER_BACKPLANE_FAILED`, the first of
 * each run of them, and never keeps a message from the members of this node. A subscription that
 * failed is asked for again after a second; what could not be published is lost.
 */
export interface Backplane {
  /** This node's name, unlike that of every other node joined now; stays the same. */
  readonly nodeId: string
  /**
   * Bytes of messages that it keeps, each counted as the memory it takes. Where it is there,
   * `backplaneQueue` is held against it, and `publish` returns no promise.
   */
  readonly queued?: number
  /** Whether the link to the other nodes is there. Default: it is, from `open` on. */
  readonly connected?: boolean
  /** Messages that came over it and were dropped, since no node published them. Default: none. */
  readonly strangers?: number
  /**
   * The names of the other nodes that are there now; undefined while they are not known. So `count()`
   * of a group knows which have not replied; otherwise it waits for all of its time.
   */
  nodes?(): Iterable<string> | undefined
  /**
   * A server takes this node for its own: called once, before all other calls.
   *
   * @throws when it has a server already; then `listen` rejects with that
   */
  open(listener: BackplaneListener): void
  /**
   * From now on, messages of other nodes about this topic are wanted: it has a first member here.
   *
   * @returns a promise, if that takes a while; what is published until it fulfils may be missed
   */
  subscribe(topic: string): void | Promise<void>
  /** From now on, they are not wanted any more: the last member has left. */
  unsubscribe(topic: string): void | Promise<void>
  /**
   * Bring a message to the other nodes. Called in the middle of a send: it should not take long.
   *
   * @param message belongs to the backplane from now on
   * @returns a promise, if the message is kept for a while: fulfils when it has left this node. Until
   *   then its bytes count against the server's `backplaneQueue`
   */
  publish(topic: string, message: Uint8Array): void | Promise<void>
  /**
   * A message about this topic is not handed over, because there is no room for it, or it could not
   * become bytes: a backplane that numbers messages counts it, so that the others know that they miss it.
   */
  refused?(topic: string): void
  /**
   * The server has closed, and its last connection with it. Nothing is called any more, nor may the
   * listener be. What was published before should still leave.
   */
  close(): void | Promise<void>
}

/**
 * How messages become bytes between nodes, whatever framing each connection has: every node encodes
 * anew for its own members.
 */
export interface BackplaneCodec<Out> {
  /** @throws anything, when it cannot be done; it is brought to `onError` */
  encode(message: Out): Uint8Array
  /** @throws anything, when it cannot be done; it is brought to `onError` */
  decode(bytes: Uint8Array): Out
}
