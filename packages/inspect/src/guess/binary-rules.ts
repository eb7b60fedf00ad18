import {
  type Beginning,
  byteAt,
  hasBytes,
  type Rule,
  uint16,
  uint32,
  uint32Little,
} from './first-bytes.js'

/** Protocols of bytes, each told by what its specification makes a connection begin with. */
export const binaryRules: readonly Rule[] = [
  // RFC 8446 section 5.1: a record of a handshake, of version 3.x.
  { name: 'TLS', matches: ({ client, server }) => isHandshake(client) || isHandshake(server) },
  { name: 'PostgreSQL', matches: ({ client }) => isPostgresStart(client) },
  { name: 'MySQL', matches: ({ server }) => isMysqlGreeting(server) },
  { name: 'MQTT', matches: ({ client }) => isMqttConnect(client) },
  { name: 'AMQP', matches: ({ client }) => isAmqpHeader(client) },
  { name: 'SOCKS5', matches: isSocks5 },
  { name: 'MongoDB', matches: ({ client }) => isMongoMessage(client) },
  { name: 'SQL Server', matches: ({ client }) => isTdsPrelogin(client) },
  { name: 'Kafka', matches: ({ client }) => isKafkaRequest(client) },
  { name: 'Cassandra', matches: ({ client }) => isCassandraStart(client) },
  { name: 'LDAP', matches: ({ client }) => isLdapBind(client) },
  { name: 'Modbus', matches: isModbus },
  // HL7's minimal lower layer protocol: a vertical tab before the message.
  { name: 'HL7', matches: ({ client }) => client.startsWith('\u000BMSH') },
  { name: 'Telnet', matches: ({ client, server }) => isTelnet(server) || isTelnet(client) },
]

function isHandshake(text: string): boolean {
  const isHello = hasBytes(text, 5, 1) || hasBytes(text, 5, 2)
  return hasBytes(text, 0, 0x16, 3) && byteAt(text, 2) <= 4 && (text.length < 6 || isHello)
}

/** Protocol 3, or a request for TLS, for GSSAPI or to cancel, whose length is in front. */
function isPostgresStart(text: string): boolean {
  if (hasBytes(text, 4, 0, 3, 0)) return uint32(text, 0) >= 9 && uint32(text, 0) <= 10_000
  const isRequest = hasBytes(text, 4, 0x04, 0xd2, 0x16)
  return isRequest && byteAt(text, 7) >= 0x2e && byteAt(text, 7) <= 0x30
}

/** The server's greeting: packet 0, protocol 10 and a version as text; or that it refuses. */
function isMysqlGreeting(text: string): boolean {
  const isGreeting = hasBytes(text, 2, 0, 0, 10) && /^\d+\.\d/.test(text.slice(5))
  const isRefusal = hasBytes(text, 2, 0, 0, 0xff) && (byteAt(text, 6) & 0xf0) === 0
  return isGreeting || (isRefusal && /^[\w#']/.test(text.slice(7)))
}

function isMqttConnect(text: string): boolean {
  if (!hasBytes(text, 0, 0x10)) return false
  // The length that is left takes one to four bytes, and all but the last have their highest bit set.
  let at = 1
  while (at < 4 && byteAt(text, at) >= 0x80) at += 1
  const name = text.slice(at + 1, at + 9)
  return name.startsWith('\0\u0004MQTT') || name === '\0\u0006MQIsdp'
}

/** Version 0-9-1, or 1.0 plain, with TLS or with SASL. */
function isAmqpHeader(text: string): boolean {
  return text.startsWith('AMQP') && text.length >= 8 && byteAt(text, 4) <= 3
}

/** The methods that the client offers, and the one that the server chooses. */
function isSocks5({ client, server }: Beginning): boolean {
  if (!hasBytes(client, 0, 5) || !hasBytes(server, 0, 5)) return false
  return byteAt(client, 1) > 0 && byteAt(client, 1) + 2 <= client.length
}

/** The length, two numbers, and an operation of: query, compressed, message. */
function isMongoMessage(text: string): boolean {
  const operation = uint32Little(text, 12)
  const size = uint32Little(text, 0)
  return [2004, 2012, 2013].includes(operation) && size > 16 && size < 48_000_000
}

/** A packet of type 18 that is the last one, whose first option is the version. */
function isTdsPrelogin(text: string): boolean {
  return hasBytes(text, 0, 0x12, 1) && hasBytes(text, 4, 0, 0) && hasBytes(text, 8, 0)
}

/** A client asks first which versions there are: request 18, of a version up to 4, with its name. */
function isKafkaRequest(text: string): boolean {
  const size = uint32(text, 0)
  if (uint16(text, 4) !== 18 || uint16(text, 6) > 4) return false
  return size >= 10 && size < 1_000 && uint16(text, 12) < size
}

/** A frame of version 3 to 5, stream 0 or 1, that starts or asks for the options. */
function isCassandraStart(text: string): boolean {
  const version = byteAt(text, 0)
  const isStart = version >= 3 && version <= 5 && hasBytes(text, 2, 0) && byteAt(text, 3) <= 1
  const operation = byteAt(text, 4)
  return isStart && (operation === 1 || operation === 5) && uint32(text, 5) < 10_000
}

/** Message 1 in a sequence, which binds. */
function isLdapBind(text: string): boolean {
  return hasBytes(text, 0, 0x30) && hasBytes(text, 2, 2, 1) && hasBytes(text, 5, 0x60)
}

/** Too little of it is fixed to be told without its port. */
function isModbus({ client, port }: Beginning): boolean {
  return port === 502 && hasBytes(client, 2, 0, 0) && uint16(client, 4) === client.length - 6
}

/** An option is offered or asked for: IAC, then WILL, WONT, DO or DONT. */
function isTelnet(text: string): boolean {
  return hasBytes(text, 0, 0xff) && byteAt(text, 1) >= 0xfb && byteAt(text, 1) <= 0xfe
}
