# The owner, who always used a mail program, writes from the web mail of a
# hosted groupware in France, which does not say where he sits, and never logs
# in to a mailbox from there.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T08:00:00Z
repeat 10 1d
  login anna@firma.example 31.174.{n}.5
  repeat 4 2h
    send anna@firma.example 91.121.4.4 * jan@kunde{n}.example
    +1h
    send anna@firma.example 91.121.4.4 * nowy{n}{o}@sklep.example nowy{n}{o}@butik{n}.example
  end
end
expect open anna@firma.example
