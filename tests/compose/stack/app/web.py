"""web.py: /who names this container, /visits counts in redis, /notes reads (GET) and adds (POST) rows of PostgreSQL."""
import os
import socket
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def redis(*words):
    with socket.create_connection((os.environ["CACHE"], 6379), timeout=5) as s:
        s.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in map(str.encode, words)))
        return s.makefile("rb").readline()[1:].strip().decode()


def sql(statement, **variables):
    with open(os.environ["PASSWORD_FILE"], encoding="ascii") as f:
        environment = dict(os.environ, PGPASSWORD=f.read().strip())
    command = ["psql", "-qAt", "-h", os.environ["DATABASE"], "-U", "postgres", "-v", "ON_ERROR_STOP=1"]
    for name, value in variables.items():
        command += ["-v", f"{name}={value}"]
    return subprocess.run(command, input=statement, env=environment, check=True, text=True, stdout=subprocess.PIPE).stdout


class Handler(BaseHTTPRequestHandler):
    def answer(self, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/who":
            self.answer(socket.gethostname() + "\n")
        elif self.path == "/visits":
            self.answer(redis("INCR", "visits") + "\n")
        elif self.path == "/notes":
            self.answer(sql("SELECT text FROM notes ORDER BY id;"))
        else:
            self.send_error(404)

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sql("CREATE TABLE IF NOT EXISTS notes (id serial, text text); INSERT INTO notes (text) VALUES (:'note');", note=text)
        self.answer("added\n")


ThreadingHTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
