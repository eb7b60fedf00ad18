import { type Beginning, hasBytes, type Rule } from './first-bytes.js'

const httpMethod =
  /^(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|PROPFIND|QUERY|REPORT|PURGE) [/*\w]/
const mailPorts: readonly (number | undefined)[] = [25, 465, 587, 2525]

/** Protocols of text. The first that matches counts, so that the particular stand before the general. */
export const textRules: readonly Rule[] = [
  { name: 'WebSocket', matches: ({ server }) => isWebSocketReply(server) },
  { name: 'HTTP/2', matches: ({ client, server }) => isHttp2(client, server) },
  { name: 'RTSP', matches: ({ client, server }) => isOfKind(client, server, 'RTSP/1.0') },
  { name: 'SIP', matches: ({ client, server }) => isOfKind(client, server, 'SIP/2.0') },
  { name: 'HTTP', matches: ({ client, server }) => isHttp(client, server) },
  // RFC 4253 section 4.2.
  { name: 'SSH', matches: ({ client, server }) => /^SSH-[12]\./.test(server || client) },
  { name: 'Redis', matches: ({ client, server }) => isRedis(client, server) },
  { name: 'Memcached', matches: ({ client, server }) => isMemcached(client, server) },
  { name: 'SMTP', matches: isSmtp },
  { name: 'FTP', matches: isFtp },
  { name: 'POP3', matches: ({ client, server }) => isPop3(client, server) },
  { name: 'IMAP', matches: ({ server }) => /^\* (?:OK|PREAUTH|BYE) /.test(server) },
  { name: 'NATS', matches: ({ client, server }) => isNats(client, server) },
  { name: 'STOMP', matches: ({ client }) => /^(?:CONNECT|STOMP)\r?\n/.test(client) },
  { name: 'FIX', matches: ({ client }) => /^8=FIXT?\./.test(client) },
  { name: 'IRC', matches: ({ client }) => /^(?:CAP LS|NICK \S)/.test(client) },
  { name: 'XMPP', matches: ({ client }) => /^(?:<\?xml[^>]*\?>\s*)?<stream:/.test(client) },
  { name: 'LSP', matches: ({ client }) => /^Content-Length: \d+\r\n/i.test(client) },
  { name: 'JSON lines', matches: ({ client, server }) => isJson(client) || isJson(server) },
]

/** RFC 6455 section 4.2.2. Hardly anything else is upgraded to, and the header that says so may be cut off. */
function isWebSocketReply(server: string): boolean {
  return server.startsWith('HTTP/1.1 101') && !/\r\nupgrade: *[^\sw]/i.test(server)
}

/** RFC 9113 section 3.4: the client's preface, or the settings that the server begins with. */
function isHttp2(client: string, server: string): boolean {
  if (client.startsWith('PRI * HTTP/2.0\r\n')) return true
  const isSettings = hasBytes(server, 0, 0, 0) && hasBytes(server, 3, 4, 0, 0, 0, 0, 0)
  return client === '' && isSettings && server.charCodeAt(2) % 6 === 0
}

function isHttp(client: string, server: string): boolean {
  return httpMethod.test(client) || /^HTTP\/1\.[01] \d{3}/.test(server)
}

function isOfKind(client: string, server: string, version: string): boolean {
  return server.startsWith(`${version} `) || client.includes(` ${version}\r\n`)
}

/** An array of bulk strings, or a command typed by hand that the server answers as RESP. */
function isRedis(client: string, server: string): boolean {
  if (/^\*\d+\r\n\$\d+\r\n/.test(client)) return true
  return /^[A-Za-z]+(?: \S+)*\r\n/.test(client) && /^(?:\+OK|\+PONG|:\d+|\$-?\d+)\r\n/.test(server)
}

function isMemcached(client: string, server: string): boolean {
  if (hasBytes(client, 0, 0x80) && hasBytes(server, 0, 0x81)) return true
  const isCommand = /^(?:gets?|gats?|set|add|cas|delete|incr|stats|version|m[gnsd]) ?\S*/.test(
    client,
  )
  return isCommand && /^(?:VALUE |STORED\r|END\r|VERSION |STAT |NOT_FOUND\r|EN\r|HD)/.test(server)
}

/** SMTP and FTP greet alike: a word of the greeting, the first command or the port decides. */
function isSmtp({ client, server, port }: Beginning): boolean {
  if (/^(?:EHLO|HELO|LHLO) /i.test(client)) return true
  return isGreeting(server) && (/SMTP|LMTP/i.test(server) || mailPorts.includes(port))
}

function isFtp({ client, server, port }: Beginning): boolean {
  if (!isGreeting(server)) return false
  return /FTP/i.test(server) || /^(?:USER|AUTH|FEAT)\b/i.test(client) || port === 21
}

function isGreeting(server: string): boolean {
  return /^220[ -]/.test(server)
}

function isPop3(client: string, server: string): boolean {
  return /^\+OK[ \r]/.test(server) && /^(?:$|USER |CAPA|STLS|APOP |AUTH|QUIT)/i.test(client)
}

function isNats(client: string, server: string): boolean {
  return server.startsWith('INFO {') || client.startsWith('CONNECT {')
}

/** An object with a key, or an array of values. */
function isJson(text: string): boolean {
  return /^\s*(?:\{\s*(?:"|\})|\[\s*(?:[{["\]\d-]|true|false|null))/.test(text)
}
