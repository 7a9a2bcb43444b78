# Five days in Spain: the telephone keeps its carrier's addresses, which are
# Polish; in the evening the hotel's line is Spanish. Back and forth all day.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-11-23T07:00:00Z
repeat 5 1d
  repeat 8 80m
    login anna@firma.example 31.174.{n}.{o+5}
  end
  send anna@firma.example 31.174.9.9 * jan@kunde{n}.example
  +11h
  login anna@firma.example 83.32.9.9
  +10m
  send anna@firma.example 83.32.9.9 * mama@rodzina.example
  +10m
  login anna@firma.example 31.174.55.{n}
  +5m
  login anna@firma.example 83.32.9.9
  send anna@firma.example 83.32.9.9 * ola@dostawca.example recepcja{n}@hotel.example
end
expect open anna@firma.example
expect calm anna@firma.example
