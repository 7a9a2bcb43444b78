# Webmail on the mail server itself logs in from the server's own address, in a
# data centre abroad: rip and lip are one (pitfall C9). That is no foreign
# place, whoever uses it.
home PL
use owner anna@firma.example 83.11.5.20 31.174
use owner ewa@firma.example 83.11.6.20 31.175
at 2026-11-23T07:00:00Z
repeat 5 1d
  repeat 4 1h
    raw dovecot: imap-login: Login: user=<anna@firma.example>, method=PLAIN, rip=88.99.7.7, lip=88.99.7.7, mpid=7140, secured, session=<hYVvBwAXRgAlu3l2>
    send anna@firma.example 127.0.0.1 * jan@kunde{n}.example
  end
  send anna@firma.example 127.0.0.1 * nowy{n}@sklep.example !literowka{n}@kunde.example
end
expect calm anna@firma.example

# A thief there is seen by what he sends.
at 2026-11-28T03:00:00Z
raw dovecot: imap-login: Login: user=<ewa@firma.example>, method=PLAIN, rip=88.99.7.7, lip=88.99.7.7, mpid=7141, secured, session=<iYVvBwAXRgAlu3l2>
repeat 30 20s
  send ewa@firma.example 127.0.0.1 * 12*x{n}{i}@lista{n}.example 8*!y{n}{i}@stara{n}.example
end
expect suspend ewa@firma.example after 2026-11-28T03:00:00Z before 2026-11-28T03:10:00Z
