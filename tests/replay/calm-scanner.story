# The office's scanner: thirty pages a day to the staff, from the office's
# line, with another mechanism, without ever reading; one day two hundred.
home PL
at 2026-11-02T08:00:00Z
by smtps LOGIN
repeat 21 1d
  repeat 30 10m
    send skaner@firma.example 83.11.5.20 * biuro{n%4}@firma.example
  end
end
repeat 200 1m
  send skaner@firma.example 83.11.5.20 * archiwum@firma.example
end
expect open skaner@firma.example
