# Once a year a firm writes to all its customers of ten years, in ten messages
# of thirty with everybody in Bcc; one in twenty is gone.
home PL
use owner anna@firma.example 83.11.5.20 31.174
at 2026-12-18T10:00:00Z
login anna@firma.example 83.11.5.20
repeat 10 4m
  send anna@firma.example 83.11.5.20 * 28*klient{i}@firma{i}x{n}.example 2*!gone{i}@firma{i}y{n}.example
end
expect open anna@firma.example
