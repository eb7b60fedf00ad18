/** `@hawser/nats`: a backplane on NATS. */
export type { NatsBackplane } from './nats-backplane.js'
export { natsBackplane } from './nats-backplane.js'
export type { NatsBackplaneOptions, NatsConnectionOptions } from './options.js'
