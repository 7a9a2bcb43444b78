# On holiday: the server answers each letter, the false ones too, whose senders
# do not exist. Answers have no sender, and fifteen go out a day.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T05:00:00Z
repeat 14 1d
  repeat 15 50m
    raw postfix/submission/smtpd[10]: 4C{o}A{n+100}: client=unknown[127.0.0.1], sasl_method=PLAIN, sasl_username=anna@firma.example
    raw postfix/qmgr[12]: 4C{o}A{n+100}: from=<>, size=900, nrcpt=1 (queue active)
    to 4C{o}A{n+100} !spam{n}{o}@dead{n}.example
    removed 4C{o}A{n+100}
  end
end
login anna@firma.example 83.11.5.20
send anna@firma.example 83.11.5.20 * jan@kunde1.example
expect calm anna@firma.example
