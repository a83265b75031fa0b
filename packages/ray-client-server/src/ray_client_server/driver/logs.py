"""The logs channel: what workers write and what the driver logs, for any number of readers (rules L1 to L4)."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from ray_client_proto.v1.log_pb2 import DRIVER, WORKER_STDERR, WORKER_STDOUT, LogBatch, LogRecord, LogRequest
from ray_client_proto.wire.texts import escaped
from ray_client_server.driver.port import WorkerLines

_KEPT_RECORDS: Final = 10_000  #: L2
_KEPT_CHARACTERS: Final = 64 << 20  #: L2
_BATCH_RECORDS: Final = 500
_TEXT_CHARACTERS: Final = 64 << 10  #: of one record (L4): a batch must fit into a message
_BATCH_CHARACTERS: Final = 1 << 20


class Reader:
    """One attached reader: what it wants, and the records that it has not had yet. Safe from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._records: deque[LogRecord] = deque()
        self._characters = 0  #: of the texts of all records
        self._dropped = 0
        self._is_closed = False
        self._wanted = LogRequest()

    def want(self, request: LogRequest) -> None:
        """Take what the reader wants from now on, in place of what it wanted before (L1)."""
        with self._changed:
            self._wanted = request
            if not request.is_enabled:
                self._records.clear()
                self._characters = self._dropped = 0

    def offer(self, records: Sequence[LogRecord]) -> None:
        """Keep records of one source, together, if the reader wants them; the oldest go if there are too many (L2)."""
        with self._changed:
            wanted = self._wanted
            if not wanted.is_enabled or (wanted.sources and records[0].source not in wanted.sources):
                return
            if records[0].source == DRIVER and records[0].level < wanted.level:
                return
            for record in records:
                self._records.append(record)
                self._characters += len(record.text)
                if len(self._records) > _KEPT_RECORDS or self._characters > _KEPT_CHARACTERS:
                    self._drop_oldest()
            self._changed.notify()

    def _drop_oldest(self) -> None:
        """Let go of the oldest line, with all its records (L4)."""
        self._dropped += 1
        while self._records:
            record = self._records.popleft()
            self._characters -= len(record.text)
            if not record.is_continued:
                return

    def batches(self) -> Iterator[LogBatch]:
        """Yield what the reader gets, as it comes, until it is closed."""
        while True:
            with self._changed:
                while not self._records and not self._is_closed:
                    self._changed.wait()
                if self._is_closed:
                    return
                batch = self._take()
            yield batch

    def _take(self) -> LogBatch:
        batch, characters = LogBatch(dropped=self._dropped), 0
        while self._records and len(batch.records) < _BATCH_RECORDS and characters < _BATCH_CHARACTERS:
            record = self._records.popleft()
            characters += len(record.text)
            batch.records.append(record)
        self._characters -= characters
        self._dropped = 0
        return batch

    def close(self) -> None:
        """End `batches`."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()


class Logs(logging.Handler):
    """Hands records to every reader; as a handler of `logging`, those of the driver too. Safe from any thread."""

    def __init__(self) -> None:
        super().__init__()
        self._readers: tuple[Reader, ...] = ()
        self._readers_lock = threading.Lock()
        self.setFormatter(logging.Formatter("%(message)s"))

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Give a new reader, which is attached for the length of the block."""
        reader = Reader()
        with self._readers_lock:
            self._readers = (*self._readers, reader)
        try:
            yield reader
        finally:
            with self._readers_lock:
                self._readers = tuple(other for other in self._readers if other is not reader)

    def emit(self, record: logging.LogRecord) -> None:
        if not self._readers:
            return
        try:
            text = escaped(self.format(record))  # of ours, and of Ray; what workers write goes as it is
            made = LogRecord(
                source=DRIVER, time_s=record.created, level=max(record.levelno, 0), logger=_sayable(record.name)
            )
            self._offer(_records(made, [text]))
        except Exception:  # noqa: BLE001 - as any handler: what cannot be logged is no fault of the code that logs
            self.handleError(record)

    def take_lines(self, lines: WorkerLines) -> None:
        """Take what a task or an actor wrote."""
        if not self._readers or not lines.lines:
            return
        made = LogRecord(
            source=WORKER_STDERR if lines.is_stderr else WORKER_STDOUT,
            time_s=time.time(),
            level=logging.INFO,
            task_name=_sayable(lines.task_name),
            pid=lines.pid,
            node_ip=lines.node_ip,
        )
        self._offer(_records(made, lines.lines))

    def _offer(self, records: Sequence[LogRecord]) -> None:
        for reader in self._readers:
            reader.offer(records)


def _records(made: LogRecord, lines: Iterable[str]) -> list[LogRecord]:
    """Give a record like the one that is made for each line, and several for a long one (L4)."""
    records = []
    for line in lines:
        text = _sayable(line)
        for start in range(0, len(text) or 1, _TEXT_CHARACTERS):
            record = LogRecord()
            record.CopyFrom(made)
            record.text = text[start : start + _TEXT_CHARACTERS]
            record.is_continued = start + _TEXT_CHARACTERS < len(text)
            records.append(record)
    return records


def _sayable(text: str) -> str:
    """Give the text without what protobuf refuses: halves of surrogate pairs, as in file names that are no UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
