# Who would be wronged: moved to Portugal, and on the third day there a letter
# to forty people with the new address, of whom three have moved on themselves;
# most of them the detector has never seen. A thief who has read for two days
# does the same (attack-owners_holiday).
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T08:00:00Z
repeat 2 1d
  login anna@firma.example 188.80.4.4
  send anna@firma.example 188.80.4.4 * jan@kunde{n}.example
  +5h
  login anna@firma.example 89.114.3.{n}
  send anna@firma.example 89.114.3.{n} * mama@rodzina.example
end
login anna@firma.example 188.80.4.4
+1h
send anna@firma.example 188.80.4.4 * 37*znajomy{i}@freemail{i}.example 3*!dawny{i}@firma{i}y.example
+5h
send anna@firma.example 188.80.4.4 * jan@kunde3.example
expect suspend anna@firma.example
