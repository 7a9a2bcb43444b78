"""A Portuguese account in one SQLite file; the owner lifts on the page."""

import story

if __name__ == "__main__":
    story.tell("sqlite", {
        "account": "rui@correio.example",
        "contact": "rui.casa@kontakt.example",
        "language": "pt",
        "home_ip": "85.240.1.2",
        "word": "palavra-passe",
        "lifts_by": "page",
    })
