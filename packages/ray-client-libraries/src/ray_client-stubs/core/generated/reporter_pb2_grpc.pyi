from typing import Any
class LogServiceStub(object):
 ListLogs: Any
 StreamLog: Any
 def __init__(self, channel: Any) -> None: ...
