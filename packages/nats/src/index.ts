/** `@hawser/nats`: a backplane on NATS. */
export type { NatsBackplane } from './nats-backplane.js'
/** Reads a file of credentials, as `nsc` writes it, for `connection: { authenticator }`. */
export { credsAuthenticator } from '@nats-io/transport-node'
export { natsBackplane } from './nats-backplane.js'
export type { NatsBackplaneOptions, NatsConnectionOptions } from './options.js'
