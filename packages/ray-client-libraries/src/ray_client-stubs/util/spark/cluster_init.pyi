from typing import Any
from typing import Dict
from typing import Optional
from typing import Tuple
def setup_ray_cluster(*, max_worker_nodes: int, min_worker_nodes: Optional[int] = ..., num_cpus_worker_node: Optional[int] = ..., num_cpus_head_node: Optional[int] = ..., num_gpus_worker_node: Optional[int] = ..., num_gpus_head_node: Optional[int] = ..., memory_worker_node: Optional[int] = ..., memory_head_node: Optional[int] = ..., object_store_memory_worker_node: Optional[int] = ..., object_store_memory_head_node: Optional[int] = ..., head_node_options: Optional[Dict] = ..., worker_node_options: Optional[Dict] = ..., ray_temp_root_dir: Optional[str] = ..., strict_mode: bool = ..., collect_log_to_path: Optional[str] = ..., autoscale_upscaling_speed: Optional[float] = ..., autoscale_idle_timeout_minutes: Optional[float] = ..., **kwargs: Any) -> Tuple[str, str]: ...
def shutdown_ray_cluster() -> None: ...
def setup_global_ray_cluster(*, max_worker_nodes: int, is_blocking: bool = ..., min_worker_nodes: Optional[int] = ..., num_cpus_worker_node: Optional[int] = ..., num_cpus_head_node: Optional[int] = ..., num_gpus_worker_node: Optional[int] = ..., num_gpus_head_node: Optional[int] = ..., memory_worker_node: Optional[int] = ..., memory_head_node: Optional[int] = ..., object_store_memory_worker_node: Optional[int] = ..., object_store_memory_head_node: Optional[int] = ..., head_node_options: Optional[Dict] = ..., worker_node_options: Optional[Dict] = ..., strict_mode: bool = ..., collect_log_to_path: Optional[str] = ..., autoscale_upscaling_speed: Optional[float] = ..., autoscale_idle_timeout_minutes: Optional[float] = ...) -> Any: ...
class AutoscalingCluster:
 def __init__(self, head_resources: dict, worker_node_types: dict, extra_provider_config: dict, upscaling_speed: float, idle_timeout_minutes: float) -> None: ...
 def start(self, ray_head_ip: Any, ray_head_port: Any, ray_client_server_port: Any, ray_temp_dir: Any, dashboard_options: Any, head_node_options: Any, collect_log_to_path: Any, ray_node_custom_env: Any) -> Any: ...
HEAD_NODE_ID: int
HEAD_NODE_TYPE: str
MAX_NUM_WORKER_NODES: int
RAY_ENABLE_AUTOSCALER_V2: str
RAY_ON_SPARK_COLLECT_LOG_TO_PATH: str
RAY_ON_SPARK_START_HOOK: str
RAY_ON_SPARK_START_RAY_PARENT_PID: str
class RayClusterOnSpark:
 address: Any
 head_proc: Any
 min_worker_nodes: Any
 max_worker_nodes: Any
 temp_dir: Any
 cluster_unique_id: Any
 start_hook: Any
 ray_dashboard_port: Any
 spark_job_server: Any
 global_cluster_lock_fd: Any
 ray_client_server_port: Any
 is_shutdown: Any
 spark_job_is_canceled: Any
 background_job_exception: Any
 ray_ctx: Any
 def __init__(self, address: Any, head_proc: Any, min_worker_nodes: Any, max_worker_nodes: Any, temp_dir: Any, cluster_unique_id: Any, start_hook: Any, ray_dashboard_port: Any, spark_job_server: Any, global_cluster_lock_fd: Any, ray_client_server_port: Any) -> None: ...
 def wait_until_ready(self) -> Any: ...
 def connect(self) -> Any: ...
 def disconnect(self) -> Any: ...
 def shutdown(self) -> Any: ...
 def __enter__(self) -> Any: ...
 def __exit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> Any: ...
