/*
 * story - log lines told through short macros, with time passing, and what
 * the detector must make of them.
 *
 * A story is a text file, tests/replay/<name>.story; '#' begins a comment.
 *
 *   home PL,PT            home countries, before everything else
 *   enforce               blocks are real (else on paper)
 *   set NAME VALUE        an option, by its full name
 *   addr NAME ADDRESS     a name for an address; ADDR below is either
 *   at TIME               2026-11-15T08:00:00Z
 *   +5m  -2s              time goes on, or back (s, m, h, d)
 *   host NAME             the machine that writes (mx1)
 *   log NAME              the file that is written to (a)
 *   login ACCOUNT ADDR    Dovecot's line of an IMAP login
 *   fail ACCOUNT ADDR     the same of a refused password
 *   send ACCOUNT ADDR ID RECIPIENT...
 *                         a whole message: "client=", "from=", an outcome for
 *                         each recipient, "removed". ID "*" is a new one; a
 *                         recipient is delivered, with "!" in front it does
 *                         not exist, with "~" it is deferred, with "^" it is
 *                         refused by policy; "40*x{i}@a.example" is 40 of
 *                         them, {i} from 1
 *   queue ACCOUNT ADDR ID N
 *   to ID RECIPIENT...
 *   removed ID            the three parts of "send", to let time pass between
 *   mass ACCOUNT ADDR N   a message to N recipients, of whom nobody hears
 *   by SERVICE MECHANISM  how messages come from now on (submission PLAIN)
 *   exim                  messages are Exim's from now on (else Postfix's)
 *   raw PROGRAM: TEXT     a line as it stands; PROGRAM[pid] is added
 *   repeat N STEP         the lines up to "end", N times, STEP apart; {n} in
 *   end                   them is the number of the round, from 1, {o} that
 *                         of the repeat around it; {n%200+16} is reckoned
 *                         from left to right
 *   use NAME WORD...      the lines of NAME.part, {1} to {9} in them are the
 *                         words
 *   scan                  read on, as cron would
 *   lift ACCOUNT          read on, then a person opens the gate
 *   trust ACCOUNT PLACE... [for SPAN | back]
 *                         read on, then a person says that these networks
 *                         (AS45899) and countries (VN) are the owner's, for
 *                         90 days or that span, or takes it back
 *
 *   expect suspend ACCOUNT [after TIME] [before TIME]
 *   expect watch ACCOUNT [after TIME] [before TIME]
 *   expect open ACCOUNT [after TIME] [before TIME]     never suspended
 *   expect calm ACCOUNT [after TIME] [before TIME]     never even watched
 *   expect sent|logins|failed|arrived ACCOUNT N
 *                         recipients of its day, logins, remembered outcomes
 *   expect waiting N      messages whose end was not seen
 *
 * Countries and networks come from the files in COUNTRY_DB and ASN_DB (build/
 * geoip/ if unset). A story without a lift or trust is also read once more in
 * one go: the verdicts must be the same.
 *
 * With STORY_SAY set in the environment a story prints its verdicts with their
 * reasons, and the most that ever spoke against each account (up to 64).
 */
#ifndef TESTS_SUPPORT_STORY_H
#define TESTS_SUPPORT_STORY_H

/* Fails the running test, naming file and line. Call story_end() after it. */
void story_run(const char *path);

/* Removes what the last story left behind, its folder above all: a story that
 * fails leaves story_run() in the middle, so this is the test's teardown. */
void story_end(void);

#endif
