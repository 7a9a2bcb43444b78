"""A private MariaDB that can be stopped and started again in a test."""

import os
import shutil
import subprocess

PANEL = """
CREATE DATABASE mailserver; CREATE DATABASE comporta;
CREATE TABLE mailserver.virtual_users (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  email VARCHAR(255) NOT NULL UNIQUE, password VARCHAR(255) NOT NULL,
  password_changed DATETIME NULL,
  language VARCHAR(16) NULL, contact VARCHAR(255) NULL,
  name VARCHAR(255) NULL)
  DEFAULT CHARSET=utf8mb4;
CREATE VIEW comporta.comporta_mailbox AS
  SELECT email AS account, password AS password_hash, password_changed,
    language, contact, name FROM mailserver.virtual_users;
"""


class RigError(Exception):
    """A part of the rig did not do what it must; the text holds its log."""


class Mariadb:
    """rig lends its folder, its ports, its passwords and its children."""

    def __init__(self, rig):
        self.rig = rig
        self.data = rig.path("my")
        self.common = ["--no-defaults", f"--datadir={self.data}",
                       f"--tmpdir={self.data}", "--user=mysql"]
        self.process = None

    def install(self):
        """Makes and starts it, with a panel's table and an administrator."""
        os.mkdir(self.data)
        shutil.chown(self.data, "mysql")
        made = subprocess.run(
            ["mariadb-install-db", *self.common, "--skip-test-db",
             "--auth-root-authentication-method=normal"],
            capture_output=True, text=True, check=False)
        if made.returncode:
            raise RigError(made.stdout + made.stderr)
        self.start()
        self.sql(PANEL)
        secret = self.rig.secret
        self.sql(f"""
CREATE USER 'admin'@'127.0.0.1' IDENTIFIED BY '{secret["admin"]}';
GRANT ALL ON *.* TO 'admin'@'127.0.0.1' WITH GRANT OPTION;
CREATE USER 'maps'@'127.0.0.1' IDENTIFIED BY '{secret["maps"]}';
GRANT SELECT (email, password) ON mailserver.virtual_users
  TO 'maps'@'127.0.0.1';
""")

    def start(self):
        self.process = self.rig.start_child("mariadbd", [
            "mariadbd", *self.common, f"--port={self.rig.port['mysql']}",
            "--bind-address=127.0.0.1", f"--socket={self.data}/s",
            f"--pid-file={self.data}/pid",
            "--innodb-buffer-pool-size=32M"], self._answers)

    def stop(self):
        self.rig.end_child(self.process)

    def _answers(self):
        return subprocess.run(self._client("SELECT 1"), check=False,
                              capture_output=True).returncode == 0

    def _client(self, text):
        return ["mariadb", "--no-defaults", f"--socket={self.data}/s",
                "--default-character-set=utf8mb4", "--user=root", "--batch",
                "--skip-column-names", "-e", text]

    def sql(self, text):
        done = subprocess.run(self._client(text), capture_output=True,
                              text=True, check=False)
        if done.returncode:
            raise RigError(f"SQL: {text}\n{done.stderr}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def apply_grants(self, files, secret):
        """Run the grants we ship, as their heads say, placeholders filled."""
        values = {"{database}": "comporta", "{host}": "127.0.0.1",
                  "{password}": secret, "{ro_password}": secret,
                  "{panel}": "mailserver",
                  "{panel_database}": "postfixadmin"}
        for path in files:
            with open(path, encoding="utf-8") as script:
                text = script.read()
            for name, value in values.items():
                text = text.replace(name, value)
            self.sql("USE comporta;\n" + text)
