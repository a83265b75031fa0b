"""The logs channel: what workers write and what the driver logs, for any number of readers (rules L1 to L3)."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ray_client_proto.v1.log_pb2 import DRIVER, WORKER_STDERR, WORKER_STDOUT, LogBatch, LogRecord, LogRequest
from ray_client_server.driver.port import WorkerLines

_KEPT_RECORDS: Final = 10_000  #: L2
_BATCH_RECORDS: Final = 500
_TEXT_LIMIT: Final = 64 * 1024  #: of one record: a batch must fit into a message
_BATCH_CHARACTERS: Final = 1 << 20


class Reader:
    """One attached reader: what it wants, and the records that it has not had yet. Safe from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._records: deque[LogRecord] = deque()
        self._dropped = 0
        self._is_closed = False
        self._wanted = LogRequest()

    def want(self, request: LogRequest) -> None:
        """Take what the reader wants from now on, in place of what it wanted before (L1)."""
        with self._changed:
            self._wanted = request
            if not request.is_enabled:
                self._records.clear()
                self._dropped = 0

    def offer(self, record: LogRecord) -> None:
        """Keep a record if the reader wants it; the oldest goes if there are too many (L2)."""
        with self._changed:
            wanted = self._wanted
            if not wanted.is_enabled or (wanted.sources and record.source not in wanted.sources):
                return
            if record.source == DRIVER and record.level < wanted.level:
                return
            if len(self._records) >= _KEPT_RECORDS:
                self._records.popleft()
                self._dropped += 1
            self._records.append(record)
            self._changed.notify()

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
        if self._readers:
            text = self.format(record)[:_TEXT_LIMIT]
            self._offer(
                LogRecord(source=DRIVER, time_s=record.created, level=record.levelno, logger=record.name, text=text)
            )

    def take_lines(self, lines: WorkerLines) -> None:
        """Take what a task or an actor wrote."""
        if not self._readers:
            return
        source = WORKER_STDERR if lines.is_stderr else WORKER_STDOUT
        now = time.time()
        for line in lines.lines:
            self._offer(
                LogRecord(
                    source=source,
                    time_s=now,
                    level=logging.INFO,
                    text=line[:_TEXT_LIMIT],
                    task_name=lines.task_name,
                    pid=lines.pid,
                    node_ip=lines.node_ip,
                )
            )

    def _offer(self, record: LogRecord) -> None:
        for reader in self._readers:
            reader.offer(record)
