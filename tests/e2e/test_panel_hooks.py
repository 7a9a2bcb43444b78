"""docs/PANEL.md: every example, called as the panels call it.

The examples run with PHP's command line as www-data, against `comporta serve`
over SQLite with a real block. What the panels do around a hook stands in the
functions below, and where that is known from; their code is not here.
"""

import contextlib
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import urllib.parse

from enforce import expect, step
from panelsite import DOCUMENT, FRESH, OWNER, STOLEN, Site, php_text
from rig import RigError


# ---- PostfixAdmin -------------------------------------------------------

# validate_password() of 3.3.13 and 4 calls each callable of the list and takes
# a text that is not empty for a refusal; then the page stores and exits.
POSTFIXADMIN = """
function authentication_has_role($role) { return $role === %(role)s; }
function authentication_get_username() { return %(user)s; }
function safeget($name, $default = '') { return $_GET[$name] ?? $default; }
function safepost($name, $default = '') { return $_POST[$name] ?? $default; }
$_GET = %(get)s;
$errors = [];
foreach ($CONF['password_validation'] as $check)
    if (is_callable($check) && ($error = $check(%(password)s)))
        $errors[] = $error;
if ($errors) { echo 'refused: ', $errors[0]; exit(0); }
%(storing)s
exit(0);
"""


def postfixadmin(site, password, as_admin=None, is_stored=True, **more):
    return site.php("<?php\n$CONF['password_validation'] = "
                    "['/.{5}/' => 'password_too_short 5'];\n"
                    + site.take("postfixadmin-config") + POSTFIXADMIN % {
                        "role": "'global-admin'" if as_admin else "'user'",
                        "user": php_text("root@poczta.example" if as_admin
                                         else OWNER),
                        "get": as_admin or "[]",
                        "password": php_text(password),
                        "storing": (site.storing(password) if is_stored
                                    else "")}, **more)


def postfixadmin_user(site):
    site.expect_open(postfixadmin(site, FRESH), "")
    site.expect_log("")


def postfixadmin_admin(site):
    said = postfixadmin(site, FRESH, "['table' => 'mailbox', 'edit' => "
                        + php_text(OWNER) + "]")
    site.expect_open(said, "")
    site.expect_log("")


def postfixadmin_elsewhere(site):
    """A new mailbox, and an administrator's own password."""
    for get in ("['table' => 'mailbox']",
                "['table' => 'admin', 'edit' => 'root@poczta.example']"):
        expect(not postfixadmin(site, FRESH, get, False), get)
    site.expect_log("")


def postfixadmin_veto(site):
    said = postfixadmin(site, STOLEN)
    expect(said.startswith("refused: Thieves"), said)
    expect(site.state() == "blocked", "opened by the old password")


def postfixadmin_not_stored(site):
    """The page refuses it after us: the present password was mistyped."""
    expect(not postfixadmin(site, FRESH, is_stored=False), "refused")
    expect(site.state() == "blocked", "opened though nothing was stored")
    site.expect_log("password_unchanged$")


def postfixadmin_away(site):
    site.away()
    expect(not postfixadmin(site, FRESH), "the panel is in the way")
    site.expect_log("password-changed .*not reached$")
    site.scan()
    expect(site.state() == "open", "the next scan does not open")


# Login::changePassword() of PostfixAdmin 4 starts the program with user and
# domain, writes both passwords, reads its output to the end, and only then
# closes its input. Any status but 0 is an error for the user.
CALLER = """<?php
$program = %(config)s;
$process = proc_open("$program %(words)s 2>&1",
    [['pipe', 'r'], ['pipe', 'w']], $pipes);
fwrite($pipes[0], %(input)s);
$said = stream_get_contents($pipes[1]);
fclose($pipes[0]);
fclose($pipes[1]);
echo proc_close($process), ' ', $said;
"""


def program(site, option, words, *passwords, **more):
    lines = DOCUMENT.take("postfixadmin-program-config", fill={
        "'php ": f"'php -d error_log={site.log} ",
        "/etc/comporta/postfixadmin.php": site.path("postfixadmin.php")})
    return site.php(CALLER % {
        "config": re.search(rf"'{option}'\] = ('[^']*');", lines).group(1),
        "words": " ".join(f"'{word}'" for word in words),
        "input": " . \"\\0\" . ".join(map(php_text, (*passwords, "")))},
        **more)


def program_user(site):
    site.store(FRESH)
    said = program(site, "mailbox_postpassword_script",
                   (OWNER, "poczta.example"), STOLEN, FRESH)
    site.expect_open(said, "0 ")
    site.expect_log("")


def program_admin(site):
    site.store(FRESH)
    said = program(site, "mailbox_postedit_script",
                   (OWNER, "poczta.example", "poczta.example/anna/", "0"))
    site.expect_open(said, "0 ", False)


def program_same(site):
    site.store(STOLEN)
    said = program(site, "mailbox_postpassword_script",
                   (OWNER, "poczta.example"), STOLEN, STOLEN)
    expect((said, site.state()) == ("0 ", "blocked"), f"{said} {site.state()}")
    site.expect_log("same_password$")
    site.scan()
    expect(site.state() == "blocked", "the scan opens for the same password")


def program_away(site):
    site.away()
    said = program(site, "mailbox_postpassword_script",
                   (OWNER, "poczta.example"), STOLEN, FRESH)
    expect(said == "0 ", said)
    site.expect_log("not reached$")


# ---- Roundcube ----------------------------------------------------------

# rcube_plugin_api::exec_hook() of 1.6.5 calls each handler with the arguments
# and lays what it returns over them; the plugin `password` encrypts new_pass
# of that for the session. Its _check_strength() wants [score, reason].
ROUNDCUBE = """
class rcmail
{
    public static function get_instance() { return new self; }
    public function get_user_name() { return %(user)s; }
}
abstract class rcube_plugin
{
    public $task;
    public static $hooks = [];
    public function __construct() { $this->init(); }
    abstract public function init();
    public function add_hook($name, $callback)
    {
        self::$hooks[$name][] = $callback;
    }
}
require %(driver)s;
require %(plugin)s;
%(config)s
new comporta;
$class = "rcube_{$config['password_strength_driver']}_password";
[$score, $reason] = (new $class)->check_strength(%(new)s);
if ($score < $config['password_minimum_score']) exit("refused: $reason");
%(storing)s
$args = ['old_pass' => %(old)s, 'new_pass' => %(new)s, 'abort' => false];
foreach (rcube_plugin::$hooks['password_change'] as $hook) {
    $got = call_user_func($hook, $args);
    if (is_array($got)) $args = $got + $args;
}
echo $args['new_pass'] === %(new)s ? 'stored' : 'a wrong session';
"""


def roundcube(site, password, user=OWNER, is_checked=True, **more):
    code = ROUNDCUBE % {
        "user": php_text(user), "driver": php_text(site.path("driver.php")),
        "plugin": php_text(site.path("plugin.php")),
        "config": DOCUMENT.take("roundcube-config"),
        "new": php_text(password), "old": php_text(STOLEN),
        "storing": site.storing(password)}
    if not is_checked:
        code = code.replace("$score < ", "false && ")
    return site.php("<?php\n" + code, **more)


def roundcube_fresh(site):
    site.expect_open(roundcube(site, FRESH), "stored")
    site.expect_log("")


def roundcube_veto(site):
    said = roundcube(site, STOLEN)
    expect(said.startswith("refused: Thieves"), said)


def roundcube_same(site):
    """Without the driver the hook still notices."""
    expect(roundcube(site, STOLEN, is_checked=False) == "stored", "said")
    expect(site.state() == "blocked", "opened")
    site.expect_log("same_password$")


def roundcube_unknown(site):
    """A name that comporta does not know is the panel's own affair."""
    for name, word in (("nobody@far.example", "unknown_account"),
                       ("no/../x@far.example\n", "bad_path")):
        expect(roundcube(site, FRESH, name) == "stored", name)
        site.expect_log(f"{urllib.parse.quote(name, '')}: {word}$")


def roundcube_wrong_token(site):
    keep = site.path("keep")
    shutil.copy2(site.path("panel.header"), keep)
    site.give_token("A" * 43)
    expect(roundcube(site, FRESH) == "stored", "the panel is in the way")
    site.expect_log("unauthorized$")
    expect(site.state() == "blocked", "opened without a token")
    shutil.move(keep, site.path("panel.header"))
    shutil.chown(site.path("panel.header"), "root", "www-data")


def roundcube_other_user(site):
    """Only the web server's user can read the token."""
    said = site.php("<?php require " + php_text(site.path("panel.php"))
                    + "; var_dump(comporta_ask('', " + php_text(OWNER)
                    + "));", user="nobody")
    expect("unauthorized" in said and "standing" not in said, said)


def roundcube_silent(site):
    """comporta takes the connection and says nothing."""
    site.away()
    with socket.create_server(("127.0.0.1", site.port)):
        expect(roundcube(site, FRESH) == "stored", "the panel is in the way")
    site.expect_log("not reached$")


def roundcube_database_away(site):
    db = sqlite3.connect(site.path("db", "db"), isolation_level=None)
    with contextlib.closing(db):
        db.execute("BEGIN EXCLUSIVE")
        site.php("<?php require " + php_text(site.path("panel.php"))
                 + "; comporta_ask('/password-changed', " + php_text(OWNER)
                 + ", " + php_text(FRESH) + ");")
    site.expect_log("(unavailable|not reached)$")


def over_tls(site):
    """Trusted it opens; a certificate of nobody's gets no password."""
    key, cert = site.path("key.pem"), site.path("cert.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"
                    ], check=True, capture_output=True)
    site.away()
    site.asks(f"https://localhost:{site.port}")
    with site.serving("--set", f"serve.certificate_file={cert}",
                      "--set", f"serve.key_file={key}"):
        expect(roundcube(site, FRESH) == "stored", "in the way")
        site.expect_log("not reached$")
        expect(site.state() == "blocked", "opened by an unknown server")
        trusted = "-d", f"openssl.cafile={cert}"
        site.expect_open(roundcube(site, FRESH, options=trusted), "stored")
    site.asks(f"http://127.0.0.1:{site.port}")


# ---- shell, DirectAdmin, state ------------------------------------------

def shell(site):
    site.store(FRESH)
    done = site.run([site.path("comporta-changed"), OWNER], words=FRESH)
    site.expect_open(done, (0, ""))
    site.expect_log('"lifted":true')


def shell_without_password(site):
    site.store(FRESH)
    done = site.run([site.path("comporta-changed"), OWNER])
    site.expect_open(done, (0, ""), False)


def shell_same(site):
    site.store(STOLEN)
    done = site.run([site.path("comporta-changed"), OWNER], words=STOLEN)
    expect((done, site.state()) == ((0, ""), "blocked"), f"{done}")
    site.expect_log('"error":"same_password"')


def shell_away(site):
    site.away()
    done = site.run([site.path("comporta-changed"), OWNER], words=FRESH)
    expect(done == (0, ""), f"{done}")
    site.expect_log("curl: ")


def directadmin(site, is_crypted="0", passwd=FRESH):
    local, _, domain = OWNER.partition("@")
    site.store(FRESH)
    done = site.run([site.path("directadmin.sh")], env={
        "user": local, "domain": domain, "passwd": passwd,
        "passwd_is_crypted": is_crypted})
    site.expect_open(done, (0, ""), is_crypted == "0")


def directadmin_crypted(site):
    directadmin(site, "1", "$6$salt$hash")


def state(site):
    code = ("<?php $account = " + php_text(OWNER) + ";\n"
            + site.take("panel-state"))
    expect(re.fullmatch(r"Sending is stopped since 20\S+Z, case \d+\.",
                        site.php(code)), site.php(code))
    site.comporta("lift", OWNER, "--force", "--reason", "case 42")
    expect(site.php(code) == "", "an open account is shown as stopped")
    site.away()
    expect(site.php(code) == "", "comporta away is shown to the user")


STEPS = (
    ("PostfixAdmin, a user changes the password", postfixadmin_user),
    ("PostfixAdmin, an administrator does", postfixadmin_admin),
    ("PostfixAdmin, other forms with a password", postfixadmin_elsewhere),
    ("PostfixAdmin, the old one is refused before", postfixadmin_veto),
    ("PostfixAdmin, what it did not store opens nothing",
     postfixadmin_not_stored),
    ("PostfixAdmin, comporta is away; the next scan opens",
     postfixadmin_away),
    ("PostfixAdmin 4's program after a user's change", program_user),
    ("PostfixAdmin's program after an administrator's", program_admin),
    ("PostfixAdmin 4's program, the same password again", program_same),
    ("PostfixAdmin 4's program, comporta is away", program_away),
    ("Roundcube, another password", roundcube_fresh),
    ("Roundcube, the old one is refused before", roundcube_veto),
    ("Roundcube, the same password again", roundcube_same),
    ("Roundcube, an unknown name", roundcube_unknown),
    ("Roundcube, a wrong token", roundcube_wrong_token),
    ("nobody but the web server reads the token", roundcube_other_user),
    ("Roundcube, comporta says nothing", roundcube_silent),
    ("the database is away", roundcube_database_away),
    ("over TLS, trusted and not", over_tls),
    ("a shell with curl", shell),
    ("a shell that does not know the password", shell_without_password),
    ("a shell, the same password again", shell_same),
    ("a shell, comporta is away", shell_away),
    ("DirectAdmin's environment", directadmin),
    ("DirectAdmin's environment from a peer", directadmin_crypted),
    ("the state of an account", state),
)


def main():
    with tempfile.TemporaryDirectory(prefix="comporta-panel-") as folder:
        os.chmod(folder, 0o755)
        site = Site(folder)
        said = []
        for words, run in STEPS:
            with site.blocked():
                run(site)
            said.append(site.logged())
            step(words)
        with open(site.path("serve.log"), encoding="utf-8") as log:
            said.append(log.read())
        for secret in (STOLEN, FRESH, "9\\\" \\\\", "Gruszka"):
            expect(secret not in "\n".join(said), f"{secret} was logged")
        step("no password in any log")
    DOCUMENT.expect_all_used()
    step("no example was left out")


if __name__ == "__main__":
    try:
        main()
    except RigError as error:
        print(f"not ok  {error}")
        sys.exit(1)
