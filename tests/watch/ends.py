"""Real connections that end in every way: `ends.py serve`, then `ends.py call KIND... --to ADDRESS`.

A kind's port is BASE plus its place in KINDS; `refused` has nobody listening.
"""
import socket
import struct
import sys
import threading
import time

BASE = 9000
KINDS = ["fin", "hang_up", "cut", "stale", "client_abort", "refused", "quick"]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def serve_one(kind, sock):
    try:
        sock.recv(65536)
        if kind == "fin":
            sock.sendall(HEAD % 2 + b"ok")
            sock.recv(10)
        elif kind == "cut":
            sock.sendall(HEAD % 5000 + b"x" * 2000)
            time.sleep(0.1)
            return reset(sock)
        elif kind == "stale":
            sock.sendall(HEAD % 2 + b"ok")
            time.sleep(0.3)
        elif kind == "client_abort":
            sock.sendall(HEAD % 5000 + b"x" * 2000)
            sock.recv(10)
        elif kind == "quick":
            return reset(sock)
        sock.close()
    except OSError:
        sock.close()


def serve():
    for place, kind in enumerate(KINDS):
        if kind == "refused":
            continue
        for family, any_address in [(socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")]:
            listener = socket.socket(family)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((any_address, BASE + place))
            listener.listen(300)
            threading.Thread(target=accept, args=(kind, listener), daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


def accept(kind, listener):
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve_one, args=(kind, sock), daemon=True).start()


def call(kind, address):
    try:
        sock = socket.create_connection((address, BASE + KINDS.index(kind)), 5)
        sock.sendall(b"GET /%s HTTP/1.1\r\nHost: test\r\n\r\n" % kind.encode())
        if kind == "client_abort":
            sock.recv(10)
            return reset(sock)
        while kind != "fin" and sock.recv(65536):
            pass
        if kind == "fin":
            sock.recv(65536)
        if kind == "stale":
            sock.sendall(b"GET /again HTTP/1.1\r\nHost: test\r\n\r\n")
            time.sleep(0.2)
        sock.close()
    except OSError:
        pass


def main():
    if sys.argv[1] == "serve":
        return serve()
    to = sys.argv.index("--to")
    calls = [
        threading.Thread(target=call, args=(kind, address))
        for address in sys.argv[to + 1 :]
        for kind in sys.argv[2:to]
    ]
    for at in range(0, len(calls), 40):
        for each in calls[at : at + 40]:
            each.start()
        for each in calls[at : at + 40]:
            each.join()


main()
