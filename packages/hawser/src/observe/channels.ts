import { type Channel, channel } from 'node:diagnostics_channel'
import type {
  BytesPayload,
  ClosePayload,
  ConnectionPayload,
  HandshakePayload,
  ListenPayload,
  MessagePayload,
  OverflowPayload,
  RefusePayload,
} from './payloads.js'

/**
 * The names of the diagnostics channels, each with its payload. Without a subscriber to a
 * channel, no payload is made for it: a message costs one look at a boolean.
 */
export interface ChannelPayloads {
  /** A server began to listen on an address: once for each, and not again at `resume()`. */
  'hawser:server:listen': ListenPayload
  /** A server refused a connection. */
  'hawser:server:refuse': RefusePayload
  /** A TLS handshake at a server is done; those that fail are refused. */
  'hawser:server:handshake': HandshakePayload
  /** A connection was accepted, or made by `connect`. */
  'hawser:connection:open': ConnectionPayload
  /** The first bytes of the peer arrived, and were not looked at yet. */
  'hawser:connection:first-byte': ConnectionPayload
  /** Bytes were read: also those that are dropped because the connection ends. */
  'hawser:connection:bytes-in': BytesPayload
  /** Bytes are handed to the operating system, or to TLS. */
  'hawser:connection:bytes-out': BytesPayload
  /** A message is about to be delivered. */
  'hawser:connection:message-in': MessagePayload
  /** A message was accepted for sending. */
  'hawser:connection:message-out': MessagePayload
  /** The outbox rose above its high-water mark, or above what it may hold. */
  'hawser:connection:overflow': OverflowPayload
  /** A connection is gone; published once, last. */
  'hawser:connection:close': ClosePayload
}

/** The name of a diagnostics channel. */
export type ChannelName = keyof ChannelPayloads

export const serverListen: Channel = open('hawser:server:listen')
export const serverRefuse: Channel = open('hawser:server:refuse')
export const serverHandshake: Channel = open('hawser:server:handshake')
export const connectionOpen: Channel = open('hawser:connection:open')
export const firstByte: Channel = open('hawser:connection:first-byte')
export const bytesIn: Channel = open('hawser:connection:bytes-in')
export const bytesOut: Channel = open('hawser:connection:bytes-out')
export const messageIn: Channel = open('hawser:connection:message-in')
export const messageOut: Channel = open('hawser:connection:message-out')
export const overflow: Channel = open('hawser:connection:overflow')
export const connectionClose: Channel = open('hawser:connection:close')

function open(name: ChannelName): Channel {
  return channel(name)
}
