# office@ of a small firm, read and written from six people's homes and
# telephones over a dozen networks at once, with a trainee from the 20th day.
home PL
at 2026-10-05T06:30:00Z
repeat 30 1d
  login biuro@firma.example 83.11.5.20
  send biuro@firma.example 83.11.5.20 * klient{n}a@x{n%9}.example
  +30m
  login biuro@firma.example 77.252.9.9
  send biuro@firma.example 77.252.9.9 * klient{n}b@y{n%7}.example jan@kunde.example
  +30m
  login biuro@firma.example 81.190.4.4
  login biuro@firma.example 31.174.{n}.4
  send biuro@firma.example 81.190.4.4 * klient{n}c@z{n%5}.example
  +30m
  login biuro@firma.example 37.30.{n}.4
  send biuro@firma.example 37.30.{n}.4 * ola@dostawca.example
  +30m
  login biuro@firma.example 78.88.4.4
  login biuro@firma.example 31.0.{n}.4
  send biuro@firma.example 78.88.4.4 * klient{n}d@v{n}.example !klient{n}@pomylka{n}.example
end
repeat 5 1d
  login biuro@firma.example 91.192.3.3
  send biuro@firma.example 91.192.3.3 * kandydat{n}@w{n}.example jan@kunde.example
  +10m
  login biuro@firma.example 83.11.5.20
  send biuro@firma.example 83.11.5.20 * klient{n}a@x{n%9}.example
end
expect calm biuro@firma.example
