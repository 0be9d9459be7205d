"""Counts what a judge accepted and refused, and ends it at the first thing that went the wrong way."""

import sys


class Tally:
    def __init__(self, who, what):
        self.who, self.what, self.accepted, self.refused = who, what, 0, 0

    def good(self, name, judge):
        try:
            out = judge()
        except Exception as error:
            sys.exit(f"FAILED: {name} was refused: {error!r}")
        self.accepted += 1
        return out

    def bad(self, name, judge):
        try:
            judge()
        # Whatever a package raises at foreign bytes is its way to say no; but a mistake in here is none.
        except (NameError, AttributeError, ImportError) as error:
            sys.exit(f"FAILED: {name}: {error!r}")
        except Exception:
            self.refused += 1
        else:
            sys.exit(f"FAILED: the forgery {name} was accepted")

    def told(self):
        print(f"{self.who}: {self.what}: accepted {self.accepted}, refused {self.refused}")
        if not self.accepted or not self.refused:
            sys.exit(f"FAILED: {self.what}: nothing was judged")
