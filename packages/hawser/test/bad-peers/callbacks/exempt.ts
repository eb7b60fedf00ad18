/**
 * Functions of the public types that no walk is made for, each with the reason. A name that ends in `*`
 * stands for all that begin so.
 */
export const exempt: Readonly<Record<string, string>> = {
  // What the library hands over itself, so that no function of a program's is in it.
  'Connection.*': 'a connection is made by the library',
  'Connections.*': 'made by the library',
  'ConnectionServer.*': 'made by the library',
  'Group.*': 'made by the library',
  'Topics.*': 'made by the library',
  'Lendable.*': 'made by the library',
  'TlsSessions.*': 'made by createTlsSessions',
  'SessionLog.*': 'made by createLog',
  'LoggedConnection.*': 'made by a log',
  'ByteOperations.*': 'handed to a framing by the library',
  'FrameOutput.*': 'handed to an encoder by the library',
  'Decoder.decode(emit)': 'handed to a decoder by the library',
  'BackplaneListener.*': 'handed to a backplane by the library',
  'TransportSink.*': 'handed to a transport by the library',
  'Clock.schedule(callback)': 'handed to a clock by the library',
  'Network.listen(accept)': 'handed to a network by the library',
  'OpenTelemetryMeter.addBatchObservableCallback(callback)': 'handed to a meter by the library',
  'OpenTelemetryMeter.removeBatchObservableCallback(callback)': 'handed to a meter by the library',
  'NotifiedServer.on(listener)': 'handed to a server by the library',
  'Lease(giveBack)': 'its constructor is private',
  'NotifierSetup.*': 'an object of the library',
  'ResolvedWorkers.*': 'an object of the library, made of the options',
  'ErrorDetails.*': 'an error is made by the library',

  // What is called in the middle of the program's own call, which throws what it throws.
  'OpenTelemetryMeter.create*': 'called by bridgeMetrics, which throws what it throws',
  'OpenTelemetryMeter.addBatchObservableCallback': 'called by bridgeMetrics, which throws it',
  'OpenTelemetryMeter.removeBatchObservableCallback': 'called by stop, which throws it',
  'NotifiedServer.*': 'a server; its addresses are read in a listener of its own event',
  'MeteredWorkers.*': 'workers; a page of theirs that rejects is told to its scraper',
  'MeteredServer.*': 'a server; it is read in a call of the program or of its exporter',

  // What is called when there is nothing more to lose: `attached/attach.test.ts` has them fail.
  'Transport.reset': 'its connection was broken off, and has its reason',
  'Transport.close': 'its connection has ended',
  'Transport.recycle': 'only where bytes are not read any more; guarded as the others are',
  'WebReadable.cancel': 'its connection has ended',
  'WebWritable.close': 'the end is told to nothing else',
  'WebWritable.abort': 'its connection has ended',

  // What is passed to hawser/testing: in a test, an exception is to be seen.
  'VirtualClock.*': 'for tests',
  'PairOptions.*': 'for tests',
  'MemoryNetwork.*': 'for tests',
  'ToxicProxyOptions.*': 'for tests',
  'Wire.*': 'for tests',
  'WireEvents.*': 'for tests',
  'TransportCase.*': 'for tests',
  'TransportPair.*': 'for tests',
  'FrameReader.*': 'for tests',
}

/** What is walked in another place, because it takes processes. */
export const elsewhere: Readonly<Record<string, string>> = {
  'WorkersEvents.listening': 'workers/callbacks.test.ts',
  'WorkersEvents.exit': 'workers/callbacks.test.ts',
  'WorkersEvents.crashLoop': 'workers/callbacks.test.ts',
  'WorkersEvents.close': 'workers/callbacks.test.ts',
  'WorkersOptions.output': 'workers/callbacks.test.ts',
  'JoinOptions.leave': 'workers/callbacks.test.ts',
}
