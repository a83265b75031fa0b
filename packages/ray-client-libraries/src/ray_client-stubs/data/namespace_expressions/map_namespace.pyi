import enum
class MapComponent(str, enum.Enum):
 KEYS = 'keys'
 VALUES = 'values'
TYPE_CHECKING: bool
