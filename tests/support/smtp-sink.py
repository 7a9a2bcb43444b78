#!/usr/bin/env python3
"""A mail server that keeps nothing but a list: one line for each message that
it took, "RECIPIENT MESSAGE-ID CONNECTION", written before it says so.

usage: smtp-sink.py PORT-FILE LIST [--delay SECONDS] [--refuse TEXT]
                    [--later TEXT] [--keep FOLDER] [--port PORT] [--silent]
--delay: before each answer to a message; --refuse, --later: recipients that
hold TEXT get 550 or 451; --keep: the messages, as files that stay when it is
started again; --port: this one, not any that is free; --silent: never says
that it took a message.
"""
import argparse
import asyncio
import os
import re

options = argparse.ArgumentParser()
options.add_argument("port_file")
options.add_argument("list")
options.add_argument("--delay", type=float, default=0)
options.add_argument("--refuse")
options.add_argument("--later")
options.add_argument("--keep")
options.add_argument("--silent", action="store_true")
options.add_argument("--port", type=int, default=0)
options = options.parse_args()
taken = open(options.list, "a", buffering=1)
connections = 0
messages = 0


async def take(reader):
    lines = []
    while True:
        line = await reader.readline()
        if line in (b".\r\n", b""):
            return None if not line else b"".join(lines)
        lines.append(line[1:] if line.startswith(b".") else line)


async def talk(reader, writer):
    try:
        await converse(reader, writer)
    except ConnectionError:
        pass


async def converse(reader, writer):
    global connections, messages
    connections += 1
    number, recipient = connections, ""
    writer.write(b"220 sink\r\n")
    while line := (await reader.readline()).decode("latin-1").strip():
        verb = line.upper()
        answer = "250 fine"
        if verb.startswith("RCPT"):
            recipient = re.sub(r".*<(.*)>.*", r"\1", line)
            if options.refuse and options.refuse in recipient:
                answer = "550 5.1.1 no such user"
            elif options.later and options.later in recipient:
                answer = "451 4.3.0 come back"
        elif verb == "DATA":
            writer.write(b"354 go on\r\n")
            message = await take(reader)
            if message is None:
                break
            await asyncio.sleep(options.delay)
            messages += 1
            name = re.search(rb"(?im)^Message-ID: (\S+)", message)
            if options.keep:
                path = os.path.join(options.keep,
                                    f"{os.getpid()}-{messages}.eml")
                with open(path, "wb") as file:
                    file.write(message)
            taken.write(f"{recipient} {name.group(1).decode()} {number}\n")
            while options.silent:
                await asyncio.sleep(3600)
        elif verb == "QUIT":
            writer.write(b"221 bye\r\n")
            break
        writer.write(answer.encode() + b"\r\n")
        await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(talk, "127.0.0.1",
                                        options.port)
    with open(options.port_file + ".new", "w") as file:
        file.write(str(server.sockets[0].getsockname()[1]))
    os.rename(options.port_file + ".new", options.port_file)
    await server.serve_forever()

asyncio.run(main())
