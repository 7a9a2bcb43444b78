"""A receiver of webhooks: keeps each request as N.headers and N.body in the
folder, and answers with the status that the file `answer` there names, after
as many seconds as the file `delay` says. With a second argument, a file with
certificate and key, over TLS; with a third, on that port. Started again it
counts on."""
import http.server
import pathlib
import ssl
import sys
import time

folder = pathlib.Path(sys.argv[1])


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    n = sum(1 for _ in folder.glob("*.body"))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Receiver.n += 1
        (folder / f"{Receiver.n}.headers").write_text(
            "".join(f"{k}: {v}\n" for k, v in self.headers.items()))
        (folder / f"{Receiver.n}.body").write_bytes(body)
        delay = folder / "delay"
        time.sleep(float(delay.read_text()) if delay.exists() else 0)
        answer = folder / "answer"
        self.send_response(int(answer.read_text()) if answer.exists() else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


port = int(sys.argv[3]) if len(sys.argv) > 3 else 0
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Receiver)
if len(sys.argv) > 2 and sys.argv[2]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[2])
    server.socket = tls.wrap_socket(server.socket, server_side=True)
(folder / "port.new").write_text(str(server.server_port))
(folder / "port.new").rename(folder / "port")
server.serve_forever()
