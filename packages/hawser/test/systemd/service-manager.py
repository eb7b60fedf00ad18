# What systemd is to a service: a Unix datagram socket. Prints each message that is sent there as a
# line of JSON, with the process that the kernel says it comes from.
import json
import socket
import struct
import sys

receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
receiver.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
print("ready", flush=True)
while True:
    # The descriptor that comes with BARRIER=1 has no room here: the kernel closes it, which is the
    # answer that its sender waits for.
    size = socket.CMSG_SPACE(struct.calcsize("3i"))
    message, ancillary, _flags, _address = receiver.recvmsg(65536, size)
    sender = 0
    for level, kind, data in ancillary:
        if kind == socket.SCM_CREDENTIALS:
            sender = struct.unpack("3i", data)[0]
    print(json.dumps({"message": message.decode(), "sender": sender}), flush=True)
