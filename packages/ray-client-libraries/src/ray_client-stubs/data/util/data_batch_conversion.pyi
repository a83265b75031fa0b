import enum
class BatchFormat(str, enum.Enum):
 PANDAS = 'pandas'
 ARROW = 'arrow'
 NUMPY = 'numpy'
 CUDF = 'cudf'
TENSOR_COLUMN_NAME: str
TYPE_CHECKING: bool
