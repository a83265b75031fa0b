from typing import Any
import dataclasses
import pyarrow
@dataclasses.dataclass
class DatasetSummary:
 STATISTIC_COLUMN: Any
 dataset_schema: pyarrow.Schema
 columns: list[str]
 def to_pandas(self) -> Any: ...
 def get_column_stats(self, column: str) -> Any: ...
TYPE_CHECKING: bool
