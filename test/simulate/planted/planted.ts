/** One mistake, as a change of one place of the compiled library. */
export interface Planted {
  /** What is wrong, in words. */
  readonly name: string
  /** Below `packages/hawser/dist`. */
  readonly file: string
  /** Text that this file has exactly once. */
  readonly find: string
  readonly replace: string
}

/**
 * 20 mistakes of the kinds that are made: chosen before any of them was looked for, and never for being
 * easy to find.
 */
export const planted: readonly Planted[] = [
  {
    name: 'a lost wake-up: that a write was planned is not forgotten, so none is planned again',
    file: 'connection/out/sender.js',
    find: 'write() {\n        this.#scheduled = false;',
    replace: 'write() {',
  },
  {
    name: 'a flush settles early: it does not wait for what is behind the write under way',
    file: 'connection/out/sender.js',
    find: 'return this.#flushes.wait(this.accepted);',
    replace: 'return this.#flushes.wait(this.#handed);',
  },
  {
    name: 'a forgotten resume: when the outbox has room again, what waits in the inbox is not taken up',
    file: 'connection/engine.js',
    find: 'callWritable(this);\n        this.receiver.advance();',
    replace: 'callWritable(this);',
  },
  {
    name: 'an end does not wait for what is still to be sent',
    file: 'connection/end/ending.js',
    find: '|| this.#sent || !this.#host.isSendingDone)',
    replace: '|| this.#sent)',
  },
  {
    name: 'memory that is only lent is kept without a copy',
    file: 'connection/in/receiver.js',
    find: 'this.inbox.append(bytes, borrowed);',
    replace: 'this.inbox.append(bytes, false);',
  },
  {
    name: 'a deadline that was met is not forgotten, so no later one is awaited',
    file: 'policy/deadlines.js',
    find: 'this.#timer = undefined;\n            this.#at = Infinity;\n            this.#check();',
    replace: 'this.#timer = undefined;\n            this.#check();',
  },
  {
    name: 'a heartbeat takes a peer that was heard once for alive for ever',
    file: 'policy/heartbeat.js',
    find: 'this.#bytes = bytesRead;',
    replace: '',
  },
  {
    name: 'a reply is matched by position after a timeout: the request that was given up has lost its place',
    file: 'client/correlators/ordered-correlator.js',
    find: 'giveUp() { }',
    replace:
      'giveUp(pending) { const at = this.#requests.indexOf(pending, this.#head); if (at !== -1) this.#requests.splice(at, 1); }',
  },
  {
    name: 'a lost wake-up: a late reply makes room, and what waits for room is not told',
    file: 'client/requests/session.js',
    find: 'this.#owner.late();\n                this.#roomAgain();',
    replace: 'this.#owner.late();',
  },
  {
    name: 'an account never given back: bytes of requests that left the queue still count',
    file: 'client/requests/outgoing-queue.js',
    find: 'this.#bytes -= entry.size;',
    replace: '',
  },
  {
    name: 'a lost wake-up: what was queued while a client was down is not sent when it is up again',
    file: 'client/steady/client.js',
    find: 'this.#connections += 1;\n            this.#requester.room();',
    replace: 'this.#connections += 1;',
  },
  {
    name: 'a pool that has waited after a failure never tries again',
    file: 'client/pool/pool-supply.js',
    find: 'const retry = () => {\n                this.#retry = undefined;',
    replace: 'const retry = () => {',
  },
  {
    name: 'a queue that is not cleared: a caller that gave up waiting for a lease still gets one',
    file: 'client/pool/pool-waiters.js',
    find: 'this.#remove(pending);\n            pending.reject(error);',
    replace: 'pending.reject(error);',
  },
  {
    name: 'a drain counts twice: connections that were forced count as drained, too',
    file: 'server/drain.js',
    find: 'drained: this.#total - forced, forced',
    replace: 'drained: this.#total, forced',
  },
  {
    name: 'a lost wake-up: connections that wait for room are let in once only',
    file: 'server/accept/holding.js',
    find: '#admitAll() {\n        this.#isDue = false;',
    replace: '#admitAll() {',
  },
  {
    name: 'a group that its last member left is kept, and not subscribed to when one joins again',
    file: 'server/groups/groups.js',
    find: 'this.#topics.delete(name);',
    replace: '',
  },
  {
    name: 'a subscription that failed twice is not tried a third time',
    file: 'server/backplane/subscriptions.js',
    find: '#beginMissing() {\n        this.#timer = undefined;',
    replace: '#beginMissing() {',
  },
  {
    name: 'a forgotten resume: a relay that waited for the slower side does not go on',
    file: 'relay/direction.js',
    find: 'from.receiver.release(holds.relaying)',
    replace: 'from.receiver.lift(holds.relaying)',
  },
  {
    name: 'where to look for the end of a line is not begun again after a line that came in pieces',
    file: 'framing/terminated-decoder.js',
    find: 'this.find(bytes, start, this.#scanned);\n        this.#scanned = 0;',
    replace: 'this.find(bytes, start, this.#scanned);',
  },
  {
    name: 'an account never given back: memory of a connection that closes with full buffers',
    file: 'connection/engine-state.js',
    find: 'this.#watch?.cancel();\n        this.#account?.hold(0);',
    replace: 'this.#watch?.cancel();',
  },
]
