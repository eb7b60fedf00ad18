/** The examples below each help text. No line is wider than a terminal of 80 columns. */
export const serveExamples = `
Endpoints: 8000, host:port, [::1]:8000, tcp://host:port, tls://host:port, fd:3,
  systemd:name, unix:/path, 'unix:/path?mode=660&owner=app&group=web'.
A port alone is on 127.0.0.1; *:8000 is on every address; port 0 takes a free
  one.
Typed lines, and those of stdin, go to every client; "@3 text" goes to client 3.
Times: 500ms, 30s, 2m, 1h, or off; a bare number is milliseconds.
Sizes: 4096, 64KiB, 1MiB; a bare number is bytes.
Lists: 10.0.0.1,10.0.0.0/8,10.0.0.1-10.0.0.9,./file
Rates: 10/s, 30/m, or 10/s:50 with a burst.

Examples:
  hawser serve                              show what reaches 127.0.0.1:8000
  hawser serve 9000 --echo                  send every line back
  hawser serve 0.0.0.0:7000 --chat          relay lines to the other clients
  hawser serve 8080 --http-hello            reply to browsers and curl as well
  hawser serve unix:/tmp/app.sock --hex     dump the bytes of a Unix socket
  hawser serve '*:7000' --allow 10.0.0.0/8  let in one network only
  hawser serve systemd:web                  serve on a socket of systemd
  hawser serve --json | jq -r .text         one JSON object a line
  hawser serve 4000 --framing length:2be    messages behind a 2-byte length
  hawser serve --tls                        TLS to try out, see hawser cert
  hawser serve '*:443' --cert site.pem --key site.key
  hawser serve '*:7000' --proxy-protocol require --trusted 10.0.0.0/8
  hawser serve --echo --workers auto        a process a processor; kill -HUP
                                            renews them
  hawser serve --metrics 9464               metrics for Prometheus, on
                                            http://127.0.0.1:9464/metrics
`

export const workbenchExamples = `
The page is for a browser on this machine. Its link can be used once, within ten
  minutes; Enter in the terminal prints a fresh one.

Examples:
  hawser workbench                          start servers and clients there
  hawser workbench --open                   and open it in your browser
  hawser workbench ./shop                   the servers and clients of a folder
  hawser workbench --log today.hawser       keep what is said
  hawser workbench today.hawser             look at it again
  hawser workbench --page 8080              on a port of your own
  hawser serve --echo --page                a server, with a page that shows it
`

export const runExamples = `
A message with expect is sent, and a sequence with to is played; a client with
  expect must get what it says. docs/projects.md tells what the files are.
Exit codes: 0, all that was expected came; 1, it did not, or something could not
  start; 2, the command line cannot work.

Examples:
  hawser run ./shop                         in a test: the exit code says it
  hawser run ./shop --for 30s               servers and clients for 30 s
  hawser run ./shop --log today.hawser      keep what was said
`

export const connectExamples = `
Endpoints: 8000, host:port, [::1]:8000, tcp://host:port, tls://host:port,
  unix:/path.
At the end of its input hawser ends its direction and waits for the rest of the
  peer's.
Times: 500ms, 30s, 2m, 1h, or off; a bare number is milliseconds.
Escapes are those that bytes are shown as; \\c at the end omits the line end.

Examples:
  hawser connect 8000                       talk to a server on this machine
  hawser connect example.com:25 --crlf      for lines that end with CRLF
  hawser connect 8000 --send PING           send one line, print the reply
  hawser connect 8000 --send-hex '01 03 ff' send bytes
  hawser connect 8000 < request > reply     byte for byte, both ways
  hawser connect '[::1]:8000' --hex         see the bytes
  hawser connect tls://example.com:443      with TLS
  hawser connect 8000 --tls --ca "$(hawser cert --print)"
  hawser connect 8000 --framing json --json read messages, not chunks
  hawser connect 8000 --reconnect           stay while the server restarts
  hawser connect db.example:5432 --proxy socks5h://user:password@proxy.example
`

export const proxyExamples = `
Faults: latency=100±20, bandwidth=64KiB/s, slow-close=1s, timeout=5s, reset=2s,
  limit=10KiB, slice=64±16/10us, drop=0.01, corrupt=0.01, duplicate=0.01,
  half-open=5s.
A fault goes from the target to the client (@down) unless @up is behind it, and
  meets all connections, or with :0.1 one of ten: --fault latency=1s@up:0.1
Endpoints and times are as for serve and connect.

Examples:
  hawser proxy 9000 6379                    see what a program says to Redis
  hawser proxy 9000 6379 --framing lines    as messages
  hawser proxy 9000 tls://example.com:443   plain in here, TLS out there
  hawser proxy 9000 6379 --fault latency=100±20
  hawser proxy 9000 6379 --fault reset=2s:0.5 --seed 1
  hawser proxy --api 8474                   as toxiproxy, for its clients
  hawser proxy 9000 6379 --send-proxy v2    say for whom it connects
  hawser proxy 9000 6379 --mask 'AUTH (\\S{1,256})'
                                            shows and logs no passwords
  hawser proxy 9000 6379 --json             one JSON object a line
  hawser proxy 9000 6379 -q                 nothing but errors, and fast
`

export const recordExamples = `
The log holds whatever is said, secrets too: only its owner may read it. --mask
leaves them out. Ctrl-C ends it.
Endpoints and times are as for serve and connect.

Examples:
  hawser record 9000 6379 -o shop.hawser    clients connect to 9000
  hawser record 9000 tls://db.example:5432 -o db.hawser -q
  hawser record -o app.hawser -- node app.js
                                            what a program says to others
  hawser record 9000 6379 -o shop.hawser --mask 'AUTH (\\S{1,256})'
  hawser replay shop.hawser --to 6379       and play it again
`

export const inspectExamples = `
The program runs as it does without: its input and output, signals and exit code
are its own. What is shown goes to stderr, or to --output. Children, cluster
workers and worker threads are shown as well; TLS is shown in plain text.
--pid: the process is sent SIGUSR1 and opens its debug port for about 50 ms, in
  which any user of this machine could run code in it; you are asked first.
--only: with commas all of them have to hold, repeated any of them.
--mask: says how long a secret may be, as \\S{1,256} does and \\S+ does not.

Examples:
  hawser inspect -- node app.js             all its connections, as they happen
  hawser inspect --only port=5432 -- npm start
                                            what it says to PostgreSQL
  hawser inspect --grep 'GET /users' -- node app.js
  hawser inspect --log app.hawser -q -- node app.js
  hawser inspect --output seen.txt -- node app.js > data.json
  hawser inspect --json -- node app.js 2>&1 >/dev/null | jq .
  hawser inspect --pid 4711                 of a program that runs already
  hawser record -o app.hawser -- node app.js
                                            the log alone
  hawser log app.hawser --find ERROR        and look at it later
`

export const replayExamples = `
A side speaks when the other has said what it had said before. As a server, a
client gets the first connection of those that wait whose client began with the
same bytes; or else, or where the server spoke first, the next one.
--expect: every byte (bytes), as many bytes (length), every message (frames; it
  is meant with --framing), or nothing (none: who is silent for --wait is taken
  to have said all).
--mask: bytes of the side that is compared by their numbers, from 0 and both
  included, or of each message with --framing; or a regular expression of
  JavaScript, a byte a character, for at most 4 KiB. It may have another length.
  (It compares. The --mask of serve, connect, proxy, record and log is another:
  it hides secrets.)
TLS of --to is that of connect, TLS of --as-server that of serve: --tls alone is
  the certificate of hawser cert.
It exits with 1 when anything was not as recorded, and shows the first byte of
each connection that was not: - is what was recorded, + what came.
Times: 500ms, 30s, 2m, 1h, or off; a bare number is milliseconds.

Examples:
  hawser replay today.hawser --to 6379      play its clients to a server
  hawser replay today.hawser --as-server 6379
                                            serve clients from it
  hawser replay web.hawser --to 8080 --mask 'Date: [^\\r]+'
  hawser replay plc.hawser --to plc:502 --framing length:2be --mask 0-1
  hawser replay shop.hawser --to 8080 --expect none --speed 1 --repeat 100
`

export const certExamples = `
It is kept in a folder of your cache that only you may enter, and renewed a
month before its end. It is good for no name but its own; names that were added
once are kept until --force.

Examples:
  hawser cert                               make it, and show how to use it
  hawser cert --name dev.example,192.0.2.7  for further names
  hawser cert --out certs --days 30         in a folder of a project
  curl --cacert "$(hawser cert --print)" https://localhost:8000/
`

export const logExamples = `
Rows are numbered from 0; those of a connection have its number, @1, @2, …
--find: the rows in which a place ends that is the text, bytes or regex, which
  may lie across rows (a regex for at most 1 KiB); with --framing the messages
  that have it. ^ and $ are of use with --framing only.
--mask: says how long a secret may be, as \\S{1,256} does and \\S+ does not.

Examples:
  hawser log today.hawser                   everything in it
  hawser log today.hawser --follow          and what comes
  hawser log today.hawser --connection 7    one connection
  hawser log today.hawser --find ERROR      where these bytes are
  hawser log today.hawser -e --find 'OK\\r\\n'
  hawser log today.hawser --find-regex 'order=[0-9]{4,8}' --follow
  hawser log today.hawser --mask 'AUTH (\\S{1,256})'
  hawser log today.hawser --framing lines   messages, not reads
  hawser log today.hawser --text            a conversation to read or copy
  hawser log today.hawser --json | jq -r .text
  hawser log today.hawser --pcapng today.pcapng
  hawser log today.hawser -F --pcapng - | wireshark -k -i -
`

export const mainExamples = `
Examples:
  hawser serve                     a TCP server on port 8000 that shows what
                                   reaches it
  hawser connect 8000              talk to it
  hawser proxy 9000 8000           show, and break, what goes between a client
                                   and it
  hawser record 9000 8000 -o FILE  write it to a session log
  hawser inspect -- node app.js    show what a Node.js program says to whom
  hawser log FILE                  show a session log
  hawser replay FILE --to 8000     play it again, and compare
  hawser cert                      a certificate for trying TLS on this machine
  hawser help serve                all options of a command
  hawser help framing              how bytes are cut into messages
`
