import enum
class SaveMode(str, enum.Enum):
 CREATE = 'create'
 APPEND = 'append'
 OVERWRITE = 'overwrite'
 IGNORE = 'ignore'
 ERROR = 'error'
 UPSERT = 'upsert'
