from typing import Any
Info: Any
NCCLUniqueIDStore: Any
