"""What is made once is made when it is asked for, and never behind a lock."""

import threading

from tiza.graph.once import Once


class Slow:
    """Something that is made while another thread asks for it as well."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.count = 0

    @Once
    def made(self) -> int:
        """How many times."""
        self.count += 1
        if self.count == 1:
            self.begun.set()
            assert self.go_on.wait(10)
        return self.count


def test_nobody_waits_for_who_makes_it() -> None:
    first, second = Slow(), Slow()
    thread = threading.Thread(target=lambda: first.made)
    thread.start()
    assert first.begun.wait(10)
    second.go_on.set()
    assert second.made == 1  # another object's
    assert first.made == 2  # and the same one's
    first.go_on.set()
    thread.join()
    assert second.made == second.count == 1
    assert Slow.__dict__["made"].__doc__ == "How many times."
    assert Slow.made is Slow.__dict__["made"]
