from ray_client_proto.v1 import bulk_pb2 as _bulk_pb2
from ray_client_proto.v1 import frame_pb2 as _frame_pb2
from ray_client_proto.v1 import log_pb2 as _log_pb2
from ray_client_proto.v1 import operation_pb2 as _operation_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor
