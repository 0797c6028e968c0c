"""Threads joined by bounded queues, as at an assembly line: they fail together, and they stop together."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from time import monotonic, sleep
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_PATIENCE_S: Final = 2.0
_LOOK_S: Final = 0.01


class StoppedError(Exception):
    """The line has been stopped; raised in the threads that wait at its queues."""


class Line:
    """Some threads, their queues, and the first error of any of them.

    Attributes:
        lock: guards the line and what its queues hold.
        stopped: nothing goes on.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stopped = False
        self._conditions: list[threading.Condition] = []
        self._threads: list[threading.Thread] = []
        self._readers: list[threading.Thread] = []
        self._error: BaseException | None = None

    def condition(self) -> threading.Condition:
        """Something to wait for, under the line's lock; stopping the line wakes those who wait."""
        condition = threading.Condition(self.lock)
        self._conditions.append(condition)
        return condition

    def queue(self, room: int) -> Queue[T]:
        """A queue in which at most ``room`` things wait; who brings another waits too."""
        return Queue(self, room)

    def slot(self) -> Slot[T]:
        """Room for the newest thing alone."""
        return Slot(self)

    def start(self, name: str, work: Callable[[], None], *, reads: bool = False) -> None:
        """Run ``work`` in a thread of its own; one that ``reads`` may wait for what never comes, as from a camera."""
        # Daemons: such a thread must not keep the program from ending.
        thread = threading.Thread(target=self._run, args=(work,), name=f"skymatte-{name}", daemon=True)
        (self._readers if reads else self._threads).append(thread)
        thread.start()

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except StoppedError:
            pass
        except BaseException as raised:  # noqa: BLE001 - it is raised again where all is waited for
            with self.lock:
                self._error = self._error or raised
            self.stop()

    def stop(self) -> None:
        """Wake all who wait, with :class:`StoppedError`."""
        with self.lock:
            self.stopped = True
            for condition in self._conditions:
                condition.notify_all()

    def join(self) -> None:
        """Wait until all is done, and raise the first error of any thread, once.

        When the line has been stopped, threads that read are waited for only so long; see :attr:`reading`.
        """
        # Looked at time and again, without the lock: Ctrl-C that falls into a wait for a condition may lose the lock.
        while not self.stopped and (_any_alive(self._threads) or self.reading):
            sleep(_LOOK_S)
        while _any_alive(self._threads):
            sleep(_LOOK_S)
        end = monotonic() + _PATIENCE_S
        while self.reading and monotonic() < end:
            sleep(_LOOK_S)
        with self.lock:
            error, self._error = self._error, None
        if error is not None:
            raise error

    @property
    def reading(self) -> bool:
        """Whether a thread still reads: what it reads from must not be closed."""
        return _any_alive(self._readers)


def _any_alive(threads: list[threading.Thread]) -> bool:
    return any(thread.is_alive() for thread in threads)


class Queue(Generic[T]):
    """Things in order; iterating ends when the queue has been closed and is empty."""

    def __init__(self, line: Line, room: int) -> None:
        self._line = line
        self._changed = line.condition()
        self._room = room
        self._things: deque[T] = deque()
        self._closed = False

    def put(self, thing: T) -> None:
        """Bring a thing, once there is room.  Raises StoppedError."""
        with self._changed:
            self._changed.wait_for(lambda: self._line.stopped or self._has_room())
            self._check()
            self._add(thing)
            self._changed.notify_all()

    def close(self) -> None:
        """Say that nothing more will come."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def take(self, patience: float | None = None) -> T | None:
        """The next thing; ``None`` at the end, or if none came for ``patience`` seconds.  Raises StoppedError."""
        with self._changed:
            self._changed.wait_for(lambda: self._line.stopped or self._things or self._closed, patience)
            self._check()
            if not self._things:
                return None
            thing = self._things.popleft()
            self._changed.notify_all()
            return thing

    @property
    def over(self) -> bool:
        """Whether nothing is there and nothing will come."""
        with self._changed:
            return self._closed and not self._things

    def __iter__(self) -> Iterator[T]:
        while (thing := self.take()) is not None:
            yield thing

    def _has_room(self) -> bool:
        return len(self._things) < self._room

    def _add(self, thing: T) -> None:
        self._things.append(thing)

    def _check(self) -> None:
        if self._line.stopped:
            raise StoppedError


class Slot(Queue[T]):
    """Holds the newest thing: a newer one takes the place of one that nobody took.

    Attributes:
        dropped: how many were replaced.
    """

    def __init__(self, line: Line) -> None:
        super().__init__(line, 1)
        self.dropped = 0

    def _has_room(self) -> bool:
        return True

    def _add(self, thing: T) -> None:
        self.dropped += len(self._things)
        self._things.clear()
        self._things.append(thing)
