"""A Polish account in MariaDB; support lifts the block over the API."""

import story

if __name__ == "__main__":
    story.tell("mysql", {
        "account": "anna@poczta.example",
        "contact": "anna.prywatnie@kontakt.example",
        "language": "pl",
        "home_ip": "83.8.1.2",
        "word": "hasło",
        "lifts_by": "api",
    })
