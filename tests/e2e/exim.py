"""Exim without installing it, as its package and Postfix exclude each other.

Its packages are downloaded once with apt-get and unpacked below build/. Their binary wants a user of the name Debian-exim, which
only the package's installation would make, so libnss-wrapper shows it one.
"""

import glob
import os
import shutil
import subprocess

from mariadb import RigError

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
CACHE = os.path.join(ROOT, "build", "exim")
USER_ID = 65001     # nobody else's; the package would take a free one
WRAPPER = "LD_LIBRARY_PATH LD_PRELOAD NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP"


class NotFetched(Exception):
    """No Exim here, and none to be had; the text says why."""


def _run(arguments, folder=None):
    done = subprocess.run(arguments, cwd=folder, capture_output=True,
                          text=True, check=False, stdin=subprocess.DEVNULL,
                          env=dict(os.environ, LC_ALL="C.UTF-8"))
    if done.returncode:
        raise NotFetched(f"{' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def _packages():
    """What apt-get would install for it; -s only says so."""
    said = _run(["apt-get", "-s", "--no-install-recommends", "install",
                 "exim4-daemon-heavy"])
    wanted = [line.split()[1] for line in said.splitlines()
              if line.startswith("Inst ")]
    return wanted + ["libnss-wrapper"]


def _download():
    try:
        _run(["apt-get", "-qq", "download", *_packages()], CACHE)
    except NotFetched:      # old lists name files that are gone
        _run(["apt-get", "-qq", "update"])
        _run(["apt-get", "-qq", "download", *_packages()], CACHE)


def fetch():
    """The folder with Exim unpacked; NotFetched if that cannot be."""
    if os.path.isdir(f"{CACHE}/root"):
        return f"{CACHE}/root"
    shutil.rmtree(CACHE, ignore_errors=True)
    os.makedirs(f"{CACHE}/new")
    try:
        _download()
    except OSError as error:
        raise NotFetched(str(error)) from error
    for package in glob.glob(f"{CACHE}/*.deb"):
        _run(["dpkg", "-x", package, f"{CACHE}/new"])
        os.remove(package)
    # A binary with this bit would get none of our environment.
    os.chmod(f"{CACHE}/new/usr/sbin/exim4", 0o755)
    # Its configuration is not wanted, and make would trip over the folder
    # conf.d in it.
    for name in os.listdir(f"{CACHE}/new"):
        if name != "usr":
            shutil.rmtree(f"{CACHE}/new/{name}")
    shutil.rmtree(f"{CACHE}/new/usr/share")
    _give_away(CACHE)
    os.rename(f"{CACHE}/new", f"{CACHE}/root")
    return f"{CACHE}/root"


def _give_away(folder):
    """`make clean` is not run by root, this test is."""
    owner = os.stat(os.path.dirname(folder))
    for path in (folder, *glob.glob(f"{folder}/**", recursive=True,
                                    include_hidden=True)):
        os.lchown(path, owner.st_uid, owner.st_gid)


class Exim:
    """A daemon of its own on one port of loopback, within a rig's folder."""

    def __init__(self, rig, root):
        self.rig = rig
        self.port = rig.port["exim"]
        self.process = None
        # The cache may lie where only root may go; Exim drops its rights.
        shutil.copytree(root, rig.path("exim-root"), symlinks=True)
        self.program = rig.path("exim-root", "usr/sbin/exim4")
        for name in ("spool", "log"):
            os.makedirs(rig.path("exim", name))
            os.chown(rig.path("exim", name), USER_ID, USER_ID)
        self.environment = self._environment()

    def _environment(self):
        rig = self.rig
        root = rig.path("exim-root")
        folders = {os.path.dirname(path) for path in glob.glob(
            f"{root}/usr/lib/**/*.so*", recursive=True)}
        wrapper = glob.glob(f"{root}/usr/lib/*/libnss_wrapper.so")
        for name, line in (
                ("passwd", f"Debian-exim:x:{USER_ID}:{USER_ID}::/:/bin/false"),
                ("group", f"Debian-exim:x:{USER_ID}:")):
            with open(f"/etc/{name}", encoding="utf-8") as machine:
                rig.write(f"exim/{name}", machine.read() + line + "\n")
        return dict(zip(WRAPPER.split(), (
            ":".join(sorted(folders)), wrapper[0],
            rig.path("exim", "passwd"), rig.path("exim", "group"))),
            PATH="/usr/sbin:/usr/bin:/sbin:/bin")

    def configure(self, main, acl, more_acls=""):
        """Starts it with these lines where the document says they belong."""
        rig = self.rig
        rig.write("exim/conf", f"""{main}
exim_path = {self.program}
keep_environment = {WRAPPER.replace(" ", ":")}
spool_directory = {rig.path("exim", "spool")}
log_file_path = {rig.path("exim", "log")}/%slog
pid_file_path = {rig.path("exim", "pid")}
primary_hostname = exim.test
local_interfaces = <; [127.0.0.1]:{self.port}
tls_advertise_hosts =
host_lookup =
queue_only = true
timeout_frozen_after = 7d
acl_smtp_rcpt = acl_check_rcpt
domainlist ours = poczta.example
begin acl
acl_check_rcpt:
{acl}
  accept authenticated = *
  accept domains = +ours
  deny
{more_acls}
begin routers
all:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = sink
begin transports
sink:
  driver = smtp
  port = {rig.port["sink"]}
  allow_localhost
begin retry
* * F,1d,1s
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if eq{{$auth3}}{{{rig.exim_password}}}}}
  server_set_id = $auth2
""", 0o640)
        os.chown(rig.path("exim", "conf"), 0, USER_ID)
        if self.process:
            rig.end_child(self.process)
        self.process = rig.start_child(
            "exim", ["env", *(f"{name}={value}" for name, value
                              in self.environment.items()),
                     self.program, "-C", rig.path("exim", "conf"), "-bdf"],
            self._listens)

    def _listens(self):
        from rig import port_answers
        return port_answers(self.port)

    def run(self, *arguments):
        """exim with arguments; the finished process."""
        return subprocess.run(
            [self.program, "-C", self.rig.path("exim", "conf"), *arguments],
            capture_output=True, text=True, check=False, timeout=60,
            env=self.environment, stdin=subprocess.DEVNULL)

    def queue(self):
        """{message id: is it frozen}"""
        done = self.run("-bp")
        if done.returncode:
            raise RigError(f"exim -bp: {done.stdout}{done.stderr}")
        return {line.split()[2]: "*** frozen ***" in line
                for line in done.stdout.splitlines() if " <" in line}

    def log(self):
        with open(self.rig.path("exim", "log", "mainlog"),
                  encoding="utf-8") as log:
            return log.read()
