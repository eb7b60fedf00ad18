"""The usual fast Python server: uvloop and a protocol, the whole lines of a chunk upper-cased at once
and sent back in one write. It answers the harness like the others do: "cpu" on standard input gets the
microseconds of processor time used so far."""

import asyncio
import os
import resource
import sys
import threading

import uvloop


class Lines(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.rest = b""

    def data_received(self, chunk):
        lines = (self.rest + chunk).split(b"\n")
        self.rest = lines.pop()
        if lines:
            answers = [line.upper() for line in lines]
            answers.append(b"")
            self.transport.write(b"\n".join(answers))


def answer_harness():
    for _ in sys.stdin:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        print('{"value":%d}' % ((usage.ru_utime + usage.ru_stime) * 1e6), flush=True)
    os._exit(0)


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Lines, "127.0.0.1", 0, backlog=4096)
    print('{"value":%d}' % server.sockets[0].getsockname()[1], flush=True)
    threading.Thread(target=answer_harness, daemon=True).start()
    await server.serve_forever()


uvloop.install()
asyncio.run(main())
