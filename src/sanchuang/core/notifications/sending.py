"""Sending what is due: at once after an action, or in a pass of the command `sanchuang notify send`.

A mail goes out at least once: a process that dies after the mail server took it and before that is noted leaves it
to be sent again after the lease. Two passes at the same time send nothing twice.
"""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core import mail
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from sanchuang.core import district
from sanchuang.core.models import Notice, User
from sanchuang.core.notifications import actions, queries
from sanchuang.core.notifications.mail import message
from sanchuang.core.notifications.permissions import SEND
from sanchuang.core.permissions import authorise

PATIENCE = 20  # seconds for the mail server in a pass
HASTE = 5  # seconds while somebody waits for their page

_log = logging.getLogger(__name__)
Clock = Callable[[], dt.datetime]
Tell = Callable[[str, int, int], None]


@dataclass
class Pass:
    """What one pass did: mails sent and the notices in them, notices dropped, put off after a failure, given up.

    `stopped` is why the mail server was not asked any further; the rest waits for the next pass.
    """

    mails: int = 0
    sent: int = 0
    dropped: int = 0
    put_off: int = 0
    given_up: int = 0
    stopped: str = ""


def send(*, by: User, clock: Clock = timezone.now, again: bool = False, tell: Tell | None = None) -> Pass:
    """Send everything that is due by `clock`; `again` also what was given up or rests. Raises `Refused`."""
    authorise(by, SEND)
    if again:
        actions.try_again(clock())
    users = queries.to_send(clock()).order_by("user").values_list("user", flat=True).distinct()
    return _run(list(users), clock, timeout=PATIENCE, tell=tell)


def at_once(users: list[int]) -> None:
    """Send to these users what they want to hear at once. Never raises: the action that led here is done already."""
    try:
        done = _run(users, timezone.now, timeout=HASTE)
    except Exception:
        _log.exception("notices could not be sent at once; they wait for the next pass")
    else:
        if done.stopped:
            _log.warning("the mail server does not answer; notices wait for the next pass: %s", done.stopped)


def _run(users: list[int], clock: Clock, *, timeout: int, tell: Tell | None = None) -> Pass:
    done, zone = Pass(), district.zone()
    connection = mail.get_connection(timeout=timeout)
    try:
        for count, user in enumerate(User.objects.filter(pk__in=users).order_by("pk"), 1):
            now = clock()  # a long pass must not claim by the time at which it began
            claimed = actions.claim(user, now, zone)
            done.dropped += claimed.dropped
            if claimed.notices:
                _send(user, claimed.notices, connection, now, done)
            if tell is not None:
                tell("mail", count, len(users))
            if done.stopped:
                break
    finally:
        _close(connection)
    return done


def _send(user: User, notices: tuple[Notice, ...], connection: Any, now: dt.datetime, done: Pass) -> None:
    """One mail. A fault of the address is the user's alone; any other of the server stops the pass."""
    try:
        validate_email(user.email)
        connection.open()  # does nothing while it is open
        connection.send_messages([message(user, notices, connection)])
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        _put_off(notices, now, done, error, for_good=all(code >= 500 for code in codes))
    except smtplib.SMTPDataError as error:
        _put_off(notices, now, done, error)
    except (ValidationError, ValueError) as error:  # no address, or none that a mail can go to
        _put_off(notices, now, done, error, for_good=True)
    except OSError as error:  # of which smtplib's errors are a kind
        _put_off(notices, now, done, error)
        done.stopped = _words(error)
    else:
        actions.sent(notices, now)
        done.mails += 1
        done.sent += len(notices)


def _put_off(
    notices: Iterable[Notice], now: dt.datetime, done: Pass, error: Exception, *, for_good: bool = False
) -> None:
    notices = list(notices)
    given_up = actions.failed(notices, now, _words(error), for_good=for_good)
    done.given_up += given_up
    done.put_off += len(notices) - given_up


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _close(connection: Any) -> None:
    try:
        connection.close()
    except OSError:
        _log.info("the mail server had closed the connection already")
