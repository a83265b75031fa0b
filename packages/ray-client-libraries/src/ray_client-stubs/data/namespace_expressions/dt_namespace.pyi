from typing import Literal
TYPE_CHECKING: bool
TemporalUnit = Literal['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond', 'microsecond', 'nanosecond']
