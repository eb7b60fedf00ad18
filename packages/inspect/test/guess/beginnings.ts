/** What a connection of a real program began with; one character a byte. */
interface Beginning {
  /** The protocol; undefined when nothing can be said. */
  readonly name: string | undefined
  /** Where the bytes come from. */
  readonly from: string
  readonly client?: string
  readonly server?: string
  readonly port?: number
}

const hex = (text: string): string =>
  Buffer.from(text.replaceAll(' ', ''), 'hex').toString('latin1')

export const beginnings: readonly Beginning[] = [
  {
    name: 'HTTP',
    from: 'curl',
    client: 'GET / HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl/7.88.1\r\n',
    server: 'HTTP/1.1 200 OK\r\nDate: Sat, 28 Nov 2026 10:00:00 GMT\r\n',
  },
  { name: 'HTTP', from: 'a long URL, cut', client: `POST /${'a'.repeat(58)}` },
  { name: 'HTTP', from: 'a proxy', client: 'CONNECT example.org:443 HTTP/1.1\r\n' },
  { name: 'HTTP', from: 'all servers', client: 'OPTIONS * HTTP/1.1\r\n' },
  { name: 'HTTP', from: 'a reply alone', server: 'HTTP/1.0 404 Not Found\r\n' },
  {
    name: 'HTTP',
    from: 'an upgrade that is none of WebSocket',
    client: 'GET / HTTP/1.1\r\nUpgrade: other\r\n',
    server: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\n',
  },
  {
    name: 'WebSocket',
    from: 'ws',
    client: 'GET / HTTP/1.1\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ',
    server: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnectio',
  },
  {
    name: 'WebSocket',
    from: 'a server that names the connection first',
    client: 'GET /chat HTTP/1.1\r\nHost: a\r\n',
    server: 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: w',
  },
  {
    name: 'HTTP/2',
    from: 'node:http2',
    client: `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${hex('00000c040000000000000200000000000400ffff')}`,
    server: hex('000000040000000000'),
  },
  { name: 'HTTP/2', from: 'settings alone', server: hex('00000604000000000000030000 0064') },
  { name: 'RTSP', from: 'ffmpeg', client: 'OPTIONS rtsp://cam/1 RTSP/1.0\r\nCSeq: 1\r\n' },
  { name: 'SIP', from: 'a phone', client: 'REGISTER sip:example.org SIP/2.0\r\nVia: SIP/2.0/TCP' },
  {
    name: 'TLS',
    from: 'openssl s_client',
    client: hex('1603010136010001320303a94f2f6a6d3d2f'),
    server: hex('160303007a0200007603039c5f'),
  },
  { name: 'TLS', from: 'a hello cut behind its record', client: hex('16030102') },
  {
    name: undefined,
    from: 'a handshake that begins with no hello',
    client: hex('1603010136100001'),
  },
  {
    name: 'Redis',
    from: 'ioredis',
    client: '*1\r\n$4\r\ninfo\r\n',
    server: '$5123\r\n# Server\r\nredis_version:7.0.15\r\n',
  },
  { name: 'Redis', from: 'redis', client: '*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n', server: '%7\r\n' },
  { name: 'Redis', from: 'a hand', client: 'PING\r\n', server: '+PONG\r\n' },
  { name: 'Memcached', from: 'text', client: 'get a b\r\n', server: 'VALUE a 0 1\r\n1\r\nEND\r\n' },
  {
    name: 'Memcached',
    from: 'binary',
    client: hex('800a0000000000000000000000000000'),
    server: hex('810a0000000000000000000000000000'),
  },
  {
    name: 'PostgreSQL',
    from: 'pg',
    client: hex('00000029 00030000').concat('user\0root\0database\0test\0client_enc'),
    server: hex('52000000170000000a').concat('SCRAM-SHA-256\0\0'),
  },
  { name: 'PostgreSQL', from: 'a request for TLS', client: hex('0000000804d2162f'), server: 'S' },
  { name: 'PostgreSQL', from: 'a request for GSSAPI', client: hex('0000000804d21630') },
  { name: 'PostgreSQL', from: 'a request to cancel', client: hex('0000001004d2162e00000001') },
  {
    name: 'MySQL',
    from: 'MySQL 8',
    server: hex('4a0000000a').concat('8.0.36\0', hex('0800000017'), 'aSfgh'),
    client: hex('20000001'),
  },
  {
    name: 'MySQL',
    from: 'MariaDB',
    server: hex('5d0000000a').concat('5.5.5-10.11.19-MariaDB-0+deb12u1\0', hex('1f000000')),
  },
  {
    name: 'MySQL',
    from: 'a host that is blocked',
    server: hex('450000 00ff6a04').concat("Host '10.0.0.1' is not allowed to connect"),
  },
  { name: 'MQTT', from: 'mqtt', client: hex('1017 0004').concat('MQTT', hex('0402003c000b')) },
  { name: 'MQTT', from: 'version 3.1', client: hex('1015 0006').concat('MQIsdp', hex('0302003c')) },
  { name: 'MQTT', from: 'a long will', client: hex('108001 0004').concat('MQTT', hex('05')) },
  { name: 'AMQP', from: 'RabbitMQ', client: 'AMQP\0\0\u0009\u0001', server: hex('010000000001') },
  { name: 'AMQP', from: 'version 1.0 with SASL', client: 'AMQP\u0003\u0001\0\0' },
  {
    name: 'SMTP',
    from: 'Postfix',
    server: '220 mail.example.org ESMTP Postfix (Debian/GNU)\r\n',
    client: 'EHLO client.example.org\r\n',
  },
  { name: 'SMTP', from: 'a greeting by port', server: '220 hello\r\n', port: 587 },
  { name: 'SMTP', from: 'the client alone', client: 'EHLO [127.0.0.1]\r\n' },
  { name: 'FTP', from: 'vsftpd', server: '220 (vsFTPd 3.0.3)\r\n', client: 'USER anonymous\r\n' },
  { name: 'FTP', from: 'a greeting by port', server: '220 hello\r\n', port: 21 },
  { name: undefined, from: 'a greeting of SMTP or FTP', server: '220 hello\r\n' },
  { name: 'POP3', from: 'Dovecot', server: '+OK Dovecot ready.\r\n', client: 'CAPA\r\n' },
  { name: 'IMAP', from: 'Dovecot', server: '* OK [CAPABILITY IMAP4rev1 LITERAL+] ready\r\n' },
  {
    name: 'SSH',
    from: 'OpenSSH',
    client: 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n',
    server: 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n',
  },
  { name: 'NATS', from: 'nats-server', server: 'INFO {"server_id":"NAX","version":"2.9.10"' },
  {
    name: 'STOMP',
    from: 'a broker',
    client: 'CONNECT\naccept-version:1.2\n',
    server: 'CONNECTED\n',
  },
  { name: 'MongoDB', from: 'hello', client: hex('3a010000 01000000 00000000 d4070000') },
  { name: 'MongoDB', from: 'a message', client: hex('8f000000 02000000 00000000 dd070000') },
  { name: 'SQL Server', from: 'tedious', client: hex('1201002f 00000100 00001a0006') },
  {
    name: 'Kafka',
    from: 'kafkajs',
    client: hex('0000001800120002000000000007').concat('kafkajs'),
  },
  { name: 'Cassandra', from: 'the options', client: hex('040000000500000000') },
  { name: 'LDAP', from: 'ldapsearch', client: hex('300c020101600702010304008000') },
  { name: 'Modbus', from: 'jsmodbus', client: hex('000100000006 010300000002'), port: 502 },
  { name: undefined, from: 'Modbus elsewhere', client: hex('000100000006 010300000002') },
  { name: 'HL7', from: 'an admission', client: '\u000BMSH|^~\\&|ADT1|GOOD HEALTH|' },
  { name: 'FIX', from: 'a logon', client: '8=FIX.4.4\u00019=70\u000135=A\u0001' },
  { name: 'IRC', from: 'irssi', client: 'CAP LS 302\r\n' },
  { name: 'XMPP', from: 'a client', client: "<?xml version='1.0'?><stream:stream to='a'" },
  { name: 'LSP', from: 'an editor', client: 'Content-Length: 119\r\n\r\n{"jsonrpc":"2.0"' },
  { name: 'Telnet', from: 'telnetd', server: hex('fffd18fffd20fffd23fffd27') },
  { name: 'SOCKS5', from: 'curl', client: hex('05020002'), server: hex('0500') },
  { name: undefined, from: 'a byte of 5 alone', client: hex('05020002') },
  { name: 'JSON lines', from: 'objects', client: '{"id":1,"method":"add"}\n' },
  { name: 'JSON lines', from: 'arrays', server: '[1,2,3]\n' },
  { name: undefined, from: 'a line of a log', client: '[INFO] started\n' },
  { name: undefined, from: 'text', client: 'hello\n', server: 'hello\n' },
  { name: undefined, from: 'no byte yet' },
  {
    name: 'HTTP',
    from: 'HAProxy in front, version 1',
    client: 'PROXY TCP4 10.0.0.1 10.0.0.2 50000 80\r\nGET / HTTP/1.1\r\n',
  },
  {
    name: 'Redis',
    from: 'HAProxy in front, version 2',
    client: `\r\n\r\n\0\r\nQUIT\n${hex('2111000c 7f0000017f000001 c3500050')}*1\r\n$4\r\nPING\r\n`,
  },
  {
    name: 'PROXY protocol',
    from: 'a header as long as what is looked at',
    client: `PROXY TCP6 ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`,
  },
]
