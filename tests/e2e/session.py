"""A submission session whose client address a test may choose."""

import smtplib


class SmtpRefused(Exception):
    """The server did not take XCLIENT."""


class SmtpSession:
    """One submission session that can stay open between the steps of a test.

    The client address is whatever xclient_ip says. Replies come back as
    (code, text); only a refused XCLIENT or AUTH raises an exception.
    """

    def __init__(self, port, xclient_ip=None, account=None, password=None):
        self.account = account
        self.smtp = smtplib.SMTP("127.0.0.1", port, timeout=30,
                                 local_hostname="client.example")
        self.smtp.ehlo()
        if xclient_ip:
            self._xclient(xclient_ip)
        if account:
            self.smtp.login(account, password)

    def _xclient(self, ip):
        word = f"IPV6:{ip}" if ":" in ip else ip
        code, text = self._reply(
            self.smtp.docmd("XCLIENT", f"ADDR={word} NAME=[UNAVAILABLE]"))
        if code != 220:
            raise SmtpRefused(f"XCLIENT {ip} was refused: {code} {text}")
        # XCLIENT starts the session anew, with a new greeting.
        self.smtp.ehlo()

    @staticmethod
    def _reply(answer):
        return answer[0], answer[1].decode("utf-8", "replace")

    def mail(self, sender=None):
        return self._reply(self.smtp.mail(sender or self.account))

    def rcpt(self, recipient):
        return self._reply(self.smtp.rcpt(recipient))

    def data(self, subject="hello", body="A few words.", to="x@ok.example"):
        text = (f"From: <{self.account}>\r\nTo: <{to}>\r\n"
                f"Subject: {subject}\r\n\r\n{body}\r\n")
        return self._reply(self.smtp.data(text.encode()))

    def rset(self):
        return self._reply(self.smtp.rset())

    def send(self, recipients, subject="hello"):
        """One message; gives the replies of RCPT and the last of DATA."""
        self.mail()
        replies = [self.rcpt(address) for address in recipients]
        if not any(code == 250 for code, _ in replies):
            self.rset()
            return replies, None
        return replies, self.data(subject, to=recipients[0])

    def close(self):
        try:
            self.smtp.quit()
        except (smtplib.SMTPException, OSError):
            self.smtp.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
