#!/usr/bin/env python3
"""A server of GeoIP files on loopback, for test_geoip.sh: the files of a folder
as they are, below /cut/ only half of each, and npm's registry for the tarballs
in the folder npm. Prints its port, ends with its standard input."""
import base64
import hashlib
import http.server
import json
import os
import sys
import threading
import urllib.parse

FOLDER = sys.argv[1]


class Answer(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *arguments):
        super().__init__(*arguments, directory=FOLDER)

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = urllib.parse.unquote(self.path)
        if path.startswith("/cut/"):
            self.cut(path[len("/cut/"):])
        elif path.startswith("/registry/@"):
            self.registry(path[len("/registry/"):])
        else:
            super().do_GET()

    def whole(self, name):
        try:
            with open(os.path.join(FOLDER, name), "rb") as file:
                return file.read()
        except OSError:
            return None

    def cut(self, name):
        data = self.whole(name)
        if data is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[:len(data) // 2])
        self.close_connection = True

    def registry(self, package):
        name = package.split("/")[1] + ".tgz"
        data = self.whole("npm/" + name)
        if data is None:
            self.send_error(404)
            return
        digest = base64.b64encode(hashlib.sha512(data).digest()).decode()
        words = {
            "name": package, "dist-tags": {"latest": "1.0.0"},
            "versions": {"1.0.0": {
                "name": package, "version": "1.0.0",
                "dist": {
                    "integrity": "sha512-" + digest,
                    "tarball": f"http://127.0.0.1:{PORT}/npm/{name}"}}}}
        body = json.dumps(words).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """Whoever is killed hangs up."""


server = Server(("127.0.0.1", 0), Answer)
PORT = server.server_port
print(PORT, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
