/** What `--framing` is for, in the help of a command. */
export const framingHelp =
  'how bytes are cut into messages: lines, raw, length:2be, delim:0d0a, fixed:N, netstring, json, slip, … or ./file.mjs; see hawser help framing'

/** What `hawser help framing` prints. No line is wider than a terminal of 80 columns. */
export const framingExplanation: string = String.raw`Usage: hawser serve|connect|proxy --framing NAME[:MAIN][,option=value...]

How bytes are cut into messages, and messages written as bytes. Options have the
names that the library has for them; one that is true or false may stand alone.

  lines                 text up to LF or CRLF
    crlf=accept|require, sendCrlf, invalid=reject
  raw                   bytes as they arrive, without messages
  length:SIZE           a length, then so many bytes. SIZE is 1, 2be, 2le, 3be,
                        3le, 4be, 4le, 8be, 8le, varint, ber, decimal or hex
    offset=N            N bytes are in front of the length
    adjust=N            N more bytes follow than the length says; -N: fewer
    includesHeader      the length counts itself and the bytes in front of it
    digits=N            decimal and hex have N digits,
    until=" "           or as many as they need and this character behind them
    start=BYTES         each frame begins with these, in front of all that
    between=refuse|skip what becomes of bytes in front of start
  delim:BYTES           bytes up to these
    start=BYTES, between=refuse|skip
  fixed:N               N bytes
  netstring             5:hello,
  slip                  between c0 bytes, escaped (RFC 1055)
  json                  a JSON value a line
    invalid=reject|replace
  json-values           JSON objects and arrays, one behind the other
    maxDepth=N, invalid=reject|replace
  dots                  lines up to a line of a dot, as in SMTP
  silence:MS            what comes without a pause of so many milliseconds

More options, where the framing has them:
  oversize=close|discard                what becomes of a message that is larger
                                        than --max-frame
  unterminated=deliver|reject|discard   what becomes of a last message that the
                                        end of the stream cuts short
  checksum=NAME         each message of length, delim, fixed, netstring, slip
                        and silence has one: crc16-modbus, crc16-x25,
                        crc16-arc, crc16-xmodem, crc32, sum8 or xor8
    checksum.place=behind|front, checksum.endian=big|little, checksum.bytes=N,
    checksum.offset=N, checksum.trailer=N

BYTES are hexadecimal (0d0a), or text: with a backslash (\r\n, \x0b), in quotes
("END"), or without letters and digits (;). A comma is written \, or in quotes.

A framing of your own is a module: --framing ./mine.mjs, or ./mine.mjs#name for
an export that is not the default one. It exports a framing, or a function that
makes one; the function gets the library.
  messages=bytes|text|json   what its messages are, where it is not enough to
                             pass text, or bytes where they are no UTF-8

Examples:
  --framing 'delim:\x1c\r,start=\x0b,between=skip'    HL7 over MLLP
  --framing length:2be,offset=4                       Modbus TCP
  --framing 'length:decimal,until=" "'                syslog with octet counting
  --framing length:ber,offset=1                       LDAP
  --framing fixed:8,checksum=crc16-modbus,checksum.endian=little
`
