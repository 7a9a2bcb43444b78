"""Texts of the configuration files of the private servers.

Every function gets the running Rig and gives back the whole text of one file.
What a hosting administrator would copy (the lookup of the block table and the
line that uses it) is exactly what the README of comporta recommends; the rest
is the smallest mail server that can show it.
"""

MAIL_UID = 8    # the user "mail" of every Debian; the mailboxes belong to it
DOMAINS = ("poczta.example", "correio.example", "kontakt.example",
           "operator.example")
DEAD_DOMAIN = "dead.example"
# Nobody listens on port 1: mail for it stays in the queue.
LATER_DOMAIN = "later.example"

REJECT_TEXT = "REJECT 5.7.1 Sending is suspended for this mailbox: "


def mysql_access(rig, query):
    """The head of a Postfix mysql table, with the read-only database user.

    The word localhost would mean the socket of the machine's own server,
    which smtpd cannot reach from its chroot either: hence an address.
    """
    return f"""hosts = 127.0.0.1:{rig.port["mysql"]}
user = maps
password = {rig.secret["maps"]}
dbname = comporta
query = {query}
"""


def block_map(rig):
    """The table that stops sending: Postfix asks it at every recipient."""
    if rig.kind == "mysql":
        return mysql_access(
            rig, f"SELECT CONCAT('{REJECT_TEXT}', reason)"
                 " FROM comporta_send_block WHERE account = '%s'")
    return f"""dbpath = {rig.sqlite_file}
query = SELECT '{REJECT_TEXT}' || reason
    FROM comporta_send_block WHERE account = '%s'
"""


def mailbox_map_type(rig):
    return "mysql" if rig.kind == "mysql" else "hash"


def mailbox_map(rig):
    """Which addresses have a mailbox here, and its folder."""
    if rig.kind == "mysql":
        return mysql_access(
            rig, "SELECT CONCAT(SUBSTRING_INDEX(email, '@', -1), '/',"
                 " SUBSTRING_INDEX(email, '@', 1), '/')"
                 " FROM mailserver.virtual_users WHERE email = '%s'")
    # Not from SQLite: a Postfix daemon that meets a locked SQLite file ends
    # at once, and deliveries of a test would wait for the next queue run.
    return "".join(
        "{0} {2}/{1}/\n".format(address, *address.split("@"))
        for address in rig.addresses)


def main_cf(rig):
    etc = rig.path("postfix")
    return f"""compatibility_level = 3.6
config_directory = {etc}
queue_directory = {rig.path("queue")}
data_directory = {rig.path("pfdata")}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {rig.mail_log}
maillog_file_prefixes = {rig.folder}
myhostname = rig.test
mydestination =
alias_maps =
inet_interfaces = loopback-only
inet_protocols = all
mynetworks = 127.0.0.0/8
biff = no
append_dot_mydomain = no
smtpd_peername_lookup = no
disable_dns_lookups = yes
smtp_dns_support_level = disabled
default_transport = smtp:[127.0.0.1]:{rig.port["sink"]}
transport_maps = inline:{{
    {{ {DEAD_DOMAIN} = smtp:[127.0.0.1]:{rig.port["dead"]} }},
    {{ {LATER_DOMAIN} = smtp:[127.0.0.1]:1 }} }}
virtual_mailbox_domains = {", ".join(DOMAINS)}
virtual_mailbox_base = {rig.path("mail")}
virtual_mailbox_maps = {mailbox_map_type(rig)}:{etc}/mailboxes.cf
virtual_uid_maps = static:{MAIL_UID}
virtual_gid_maps = static:{MAIL_UID}
virtual_minimum_uid = 1
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_sasl_security_options = noanonymous
smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated,
    reject_unauth_destination
smtpd_error_sleep_time = 0
minimal_backoff_time = 5s
queue_run_delay = 5s
"""


MASTER_REST = """
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
verify    unix  -       -       n       -       1       verify
flush     unix  n       -       n       1000?   0       flush
proxymap  unix  -       -       n       -       -       proxymap
proxywrite unix -       -       n       -       1       proxymap
smtp      unix  -       -       n       -       -       smtp
relay     unix  -       -       n       -       -       smtp
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
local     unix  -       n       n       -       -       local
virtual   unix  -       n       n       -       -       virtual
lmtp      unix  -       -       n       -       -       lmtp
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
"""


def master_cf(rig):
    # The check stands at the service with SASL: in main.cf the other smtpd
    # would say "restriction `check_sasl_access' ignored" in the log.
    return f"""
127.0.0.1:{rig.port["smtp"]} inet n - n - - smtpd
127.0.0.1:{rig.port["submission"]} inet n - n - - smtpd
    -o syslog_name=postfix/submission
    -o smtpd_sasl_auth_enable=yes
    -o {{ smtpd_sender_restrictions = check_sasl_access
        {rig.map_type}:{rig.path("postfix")}/comporta-sasl.cf }}
    -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
    -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject
""" + MASTER_REST


def dovecot_conf(rig):
    etc = rig.path("dovecot")
    return f"""base_dir = {rig.path("dvrun")}
state_dir = {rig.path("dvstate")}
log_path = {rig.dovecot_log}
# Dovecot's own files have neither host nor program in a line; this makes
# them look like what syslog writes.
log_timestamp = "%b %d %H:%M:%S rig dovecot: "
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login
default_vsz_limit = 256M
first_valid_uid = 1
mail_uid = {MAIL_UID}
mail_gid = {MAIL_UID}
mail_location = maildir:{rig.path("mail")}/%d/%n
# Lets a test say with the IMAP command ID where the client really is.
login_trusted_networks = 127.0.0.0/8
passdb {{
  driver = sql
  args = {etc}/sql.conf
}}
userdb {{
  driver = static
  args = uid={MAIL_UID} gid={MAIL_UID} home={rig.path("mail")}/%d/%n
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {rig.port["imap"]}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service auth {{
  unix_listener {rig.path("queue")}/private/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
namespace inbox {{
  inbox = yes
}}
"""


def dovecot_sql(rig):
    query = ("password_query = SELECT email AS user, password"
             " FROM virtual_users WHERE email = '%Lu'")
    if rig.kind == "sqlite":
        return f"driver = sqlite\nconnect = {rig.sqlite_file}\n{query}\n"
    return f"""driver = mysql
connect = host=127.0.0.1 port={rig.port["mysql"]} dbname=mailserver \
user=maps password={rig.secret["maps"]}
default_pass_scheme = CRYPT
{query}
"""
