"""Who may open a casebook over the network: accounts, sign-in and sessions.

Passwords are kept as argon2id hashes (RFC 9106) and session tokens as SHA-256, so a stolen database opens nothing.
Five wrong passwords in a row lock a name for a quarter of an hour; unknown names are counted and answered alike, so
that nobody learns which names exist.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from enum import StrEnum
from functools import lru_cache
from typing import Any

import argon2
import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from stocktake.casebook.faults import CasebookError
from stocktake.casebook.keep import Kept
from stocktake.casebook.tables import TEXT, metadata

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("name", TEXT, primary_key=True),
    sa.Column("password", TEXT, nullable=False),
    sa.Column("role", TEXT, nullable=False),
    sa.Column("created", TEXT, nullable=False),
)
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token", TEXT, primary_key=True),
    sa.Column("account", TEXT, nullable=False),
    sa.Column("expires", TEXT, nullable=False),
    sa.Index("sessions_by_account", "account"),
)
failed_sign_ins = sa.Table(
    "failed_sign_ins",
    metadata,
    sa.Column("name", TEXT, primary_key=True),
    sa.Column("failures", sa.BigInteger, nullable=False),
    sa.Column("last", TEXT, nullable=False),
)
web_keys = sa.Table(
    "web_keys",
    metadata,
    sa.Column("name", TEXT, primary_key=True),
    sa.Column("value", TEXT, nullable=False),
)

ATTEMPTS = 5
LOCKED_FOR = dt.timedelta(minutes=15)
SESSION_LASTS = dt.timedelta(hours=12)
SHORTEST_PASSWORD = 10
NAME = re.compile(r"[\w.@-]{1,64}")


class Role(StrEnum):
    """What an account may do: look; also decide and add; also keep accounts."""

    reader = "reader"
    analyst = "analyst"
    admin = "admin"

    @property
    def may_decide(self) -> bool:
        """Whether this role may correct, merge, grade, add and undo."""
        return self is not Role.reader


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One person who may sign in."""

    name: str
    role: Role
    created: dt.datetime
    locked_until: dt.datetime | None = None


class AccountError(CasebookError):
    """An account could not be made or changed; the message says why and what to do."""


class SignInError(Exception):
    """A sign-in was refused; the message can be shown to whoever tried."""


def now() -> dt.datetime:
    """This moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def _written(moment: dt.datetime) -> str:
    """A moment as the tables keep it: of one length and in one zone, so that text compares as time does."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@lru_cache
def _hasher() -> argon2.PasswordHasher:
    return argon2.PasswordHasher()


@lru_cache
def _decoy() -> str:
    """A hash to check against when the name is unknown, so that both answers take as long."""
    return _hasher().hash(secrets.token_urlsafe())


class Accounts:
    """The accounts of one casebook; every method is one short transaction."""

    def __init__(self, book: Kept) -> None:
        self.book = book

    def add(self, name: str, password: str, role: Role) -> Account:
        """A new account; a name that exists or a short password is refused."""
        if not NAME.fullmatch(name):
            raise AccountError(
                f"{name!r} can't be an account's name: use up to 64 letters, digits, dots, dashes, underscores or @"
            )
        self._check_password(password)
        row = {"name": name, "password": _hasher().hash(password), "role": role.value, "created": _written(now())}
        try:
            with self.book.writing() as connection:
                connection.execute(accounts.insert().values(row))
        except IntegrityError:
            raise AccountError(f"there is already an account named {name!r}; choose another name") from None
        return self.get(name)

    def set_password(self, name: str, password: str) -> None:
        """Change a password; every session of that account ends, and a lock is lifted."""
        self._check_password(password)
        self._update(name, password=_hasher().hash(password))
        with self.book.writing() as connection:
            connection.execute(sessions.delete().where(sessions.c.account == name))
            connection.execute(failed_sign_ins.delete().where(failed_sign_ins.c.name == name))

    def set_role(self, name: str, role: Role) -> None:
        """Change what an account may do, from its next request on; the last admin stays one."""
        if role is not Role.admin:
            self._keep_an_admin(name)
        self._update(name, role=role.value)

    def unlock(self, name: str) -> None:
        """Lift the lock that too many wrong passwords have set."""
        self.get(name)
        with self.book.writing() as connection:
            connection.execute(failed_sign_ins.delete().where(failed_sign_ins.c.name == name))

    def remove(self, name: str) -> None:
        """Take an account and its sessions away; what it decided stays in the journal."""
        self.get(name)
        self._keep_an_admin(name)
        with self.book.writing() as connection:
            connection.execute(sessions.delete().where(sessions.c.account == name))
            connection.execute(accounts.delete().where(accounts.c.name == name))

    def all(self) -> list[Account]:
        """Every account by name."""
        query = sa.select(accounts, failed_sign_ins.c.failures, failed_sign_ins.c.last).outerjoin(
            failed_sign_ins, failed_sign_ins.c.name == accounts.c.name
        )
        with self.book.reading() as connection:
            return [_account(row) for row in connection.execute(query.order_by(accounts.c.name))]

    def get(self, name: str) -> Account:
        """One account; an unknown name is an error that says how to make one."""
        for account in self.all():
            if account.name == name:
                return account
        raise AccountError(f"there is no account named {name!r}; `stocktake account list` shows them")

    def any(self) -> bool:
        """Whether anyone could sign in at all."""
        with self.book.reading() as connection:
            return connection.execute(sa.select(accounts.c.name).limit(1)).first() is not None

    def change_password(self, name: str, old: str, new: str) -> str:
        """Change one's own password; every session of the account ends, and a new one's token is returned.

        A wrong old password raises SignInError and counts towards the lock, as at signing in: a session that
        someone else has come by must not serve to guess it.
        """
        self._check_password(new)
        self.sign_in(name, old)
        self.set_password(name, new)
        return self.sign_in(name, new)

    def sign_in(self, name: str, password: str) -> str:
        """Check a password and open a session; returns its token, or raises SignInError."""
        name = name[:64]
        with self.book.writing() as connection:
            failed = connection.execute(sa.select(failed_sign_ins).where(failed_sign_ins.c.name == name)).first()
            if failed is not None and _locked_until(failed.failures, failed.last):
                raise SignInError(
                    f"Too many wrong passwords for {name!r}. Wait {LOCKED_FOR.seconds // 60} minutes and try again, "
                    "or ask an admin to unlock the account."
                )
            stored = connection.execute(sa.select(accounts.c.password).where(accounts.c.name == name)).scalar()
        if not _matches(stored, password):
            self._count_failure(name)
            raise SignInError("That name and password do not go together. Check both and try again.")
        token = secrets.token_urlsafe(32)
        with self.book.writing() as connection:
            connection.execute(failed_sign_ins.delete().where(failed_sign_ins.c.name == name))
            connection.execute(sessions.delete().where(sessions.c.expires < _written(now())))
            connection.execute(
                sessions.insert().values(token=_digest(token), account=name, expires=_written(now() + SESSION_LASTS))
            )
        return token

    def session(self, token: str) -> Account | None:
        """Whose session a token opens, or None where it has ended."""
        query = (
            sa.select(accounts)
            .join(sessions, sessions.c.account == accounts.c.name)
            .where(sessions.c.token == _digest(token), sessions.c.expires > _written(now()))
        )
        with self.book.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else _account(row)

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self.book.writing() as connection:
            connection.execute(sessions.delete().where(sessions.c.token == _digest(token)))

    def key(self, name: str) -> str:
        """A random key of this casebook, made at the first call and the same from then on."""
        query = sa.select(web_keys.c.value).where(web_keys.c.name == name)
        with self.book.reading() as connection:
            value = connection.execute(query).scalar()
        if value is not None:
            return str(value)
        try:
            with self.book.writing() as connection:
                connection.execute(web_keys.insert().values(name=name, value=secrets.token_hex(32)))
        except IntegrityError:
            pass  # another process was first; its key is the one
        with self.book.reading() as connection:
            return str(connection.execute(query).scalar_one())

    def _check_password(self, password: str) -> None:
        if len(password) < SHORTEST_PASSWORD:
            raise AccountError(f"the password has {len(password)} characters; use {SHORTEST_PASSWORD} or more")

    def _update(self, name: str, **values: str) -> None:
        with self.book.writing() as connection:
            done = connection.execute(accounts.update().where(accounts.c.name == name).values(values))
        if not done.rowcount:
            raise AccountError(f"there is no account named {name!r}; `stocktake account list` shows them")

    def _keep_an_admin(self, name: str) -> None:
        admins = [account.name for account in self.all() if account.role is Role.admin]
        if admins == [name]:
            raise AccountError(f"{name!r} is the last admin; make another account an admin first")

    def _count_failure(self, name: str) -> None:
        with self.book.writing() as connection:
            old = connection.execute(sa.select(failed_sign_ins).where(failed_sign_ins.c.name == name)).first()
            recent = old is not None and abs(now() - dt.datetime.fromisoformat(old.last)) <= LOCKED_FOR
            failures = old.failures + 1 if old is not None and recent else 1
            connection.execute(failed_sign_ins.delete().where(failed_sign_ins.c.last < _written(now() - LOCKED_FOR)))
            connection.execute(failed_sign_ins.delete().where(failed_sign_ins.c.name == name))
            connection.execute(failed_sign_ins.insert().values(name=name, failures=failures, last=_written(now())))


def _matches(stored: str | None, password: str) -> bool:
    try:
        return _hasher().verify(stored or _decoy(), password) and stored is not None
    except argon2.exceptions.VerificationError:
        return False


def _locked_until(failures: int | None, last: str | None) -> dt.datetime | None:
    if failures is None or last is None or failures < ATTEMPTS:
        return None
    failed = dt.datetime.fromisoformat(last)
    until = failed + LOCKED_FOR
    if now() < failed - LOCKED_FOR:  # the clock was ahead then; nobody is locked out until it is there again
        return None
    return until if until > now() else None


def _account(row: sa.Row[Any]) -> Account:
    values = row._mapping
    return Account(
        name=values["name"],
        role=Role(values["role"]),
        created=dt.datetime.fromisoformat(values["created"]),
        locked_until=_locked_until(values.get("failures"), values.get("last")),
    )
