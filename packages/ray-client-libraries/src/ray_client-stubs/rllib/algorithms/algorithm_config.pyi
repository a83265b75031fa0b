from ray_client.rllib.algorithms.algorithm import Algorithm
from ray_client.rllib.callbacks.callbacks import RLlibCallback
from ray_client.tune.tune import _Config
from ray_client.util.placement_group import PlacementGroup
from typing import Any
from typing import Callable
from typing import Collection
from typing import Dict
from typing import List
from typing import Optional
from typing import Tuple
from typing import Type
from typing import Union
from typing_extensions import Self
import enum
import gymnasium
import gymnasium.spaces
class AlgorithmConfig(_Config):
 algo_class: Any
 extra_python_environs_for_driver: Any
 extra_python_environs_for_worker: Any
 placement_strategy: Any
 num_gpus: Any
 num_cpus_for_main_process: Any
 custom_resources_for_main_process: Any
 framework_str: Any
 eager_tracing: Any
 eager_max_retraces: Any
 tf_session_args: Any
 local_tf_session_args: Any
 torch_compile_learner: Any
 torch_compile_learner_what_to_compile: Any
 torch_compile_learner_dynamo_backend: Any
 torch_compile_learner_dynamo_mode: Any
 torch_compile_worker: Any
 torch_compile_worker_dynamo_backend: Any
 torch_compile_worker_dynamo_mode: Any
 torch_ddp_kwargs: Any
 torch_skip_nan_gradients: Any
 env: Any
 env_config: Any
 observation_space: Any
 action_space: Any
 clip_rewards: Any
 normalize_actions: Any
 clip_actions: Any
 disable_env_checking: Any
 render_env: Any
 action_mask_key: Any
 env_runner_cls: Any
 num_env_runners: Any
 create_local_env_runner: Any
 num_envs_per_env_runner: Any
 gym_env_vectorize_mode: Any
 num_cpus_per_env_runner: Any
 num_gpus_per_env_runner: Any
 custom_resources_per_env_runner: Any
 validate_env_runners_after_construction: Any
 episodes_to_numpy: Any
 max_requests_in_flight_per_env_runner: Any
 sample_timeout_s: Any
 create_env_on_local_worker: Any
 add_default_connectors_to_env_to_module_pipeline: Any
 add_default_connectors_to_module_to_env_pipeline: Any
 merge_env_runner_states: Any
 broadcast_env_runner_states: Any
 use_env_runner_state_server: Any
 env_runner_state_server_max_concurrency: Any
 episode_lookback_horizon: Any
 rollout_fragment_length: Any
 batch_mode: Any
 compress_observations: Any
 remote_worker_envs: Any
 remote_env_batch_wait_ms: Any
 enable_tf1_exec_eagerly: Any
 sample_collector: Any
 preprocessor_pref: Any
 observation_filter: Any
 update_worker_filter_stats: Any
 use_worker_filter_stats: Any
 sampler_perf_stats_ema_coef: Any
 num_learners: Any
 num_gpus_per_learner: Any
 num_cpus_per_learner: Any
 custom_resources_per_learner: Any
 num_aggregator_actors_per_learner: Any
 max_requests_in_flight_per_aggregator_actor: Any
 local_gpu_idx: Any
 max_requests_in_flight_per_learner: Any
 gamma: Any
 lr: Any
 grad_clip: Any
 grad_clip_by: Any
 train_batch_size: Any
 num_epochs: Any
 minibatch_size: Any
 shuffle_batch_per_epoch: Any
 add_default_connectors_to_learner_pipeline: Any
 learner_config_dict: Any
 optimizer: Any
 callbacks_class: Any
 callbacks_on_algorithm_init: Any
 callbacks_on_env_runners_recreated: Any
 callbacks_on_offline_eval_runners_recreated: Any
 callbacks_on_checkpoint_loaded: Any
 callbacks_on_environment_created: Any
 callbacks_on_episode_created: Any
 callbacks_on_episode_start: Any
 callbacks_on_episode_step: Any
 callbacks_on_episode_end: Any
 callbacks_on_evaluate_start: Any
 callbacks_on_evaluate_end: Any
 callbacks_on_evaluate_offline_start: Any
 callbacks_on_evaluate_offline_end: Any
 callbacks_on_sample_end: Any
 callbacks_on_train_result: Any
 explore: Any
 enable_rl_module_and_learner: Any
 enable_env_runner_and_connector_v2: Any
 count_steps_by: Any
 policies: Any
 policy_map_capacity: Any
 policy_mapping_fn: Any
 policies_to_train: Any
 policy_states_are_swappable: Any
 observation_fn: Any
 input_: Any
 offline_data_class: Any
 input_read_method: Any
 input_read_method_kwargs: Any
 input_read_schema: Any
 input_read_episodes: Any
 input_read_sample_batches: Any
 input_read_batch_size: Any
 input_filesystem: Any
 input_filesystem_kwargs: Any
 input_compress_columns: Any
 input_spaces_jsonable: Any
 materialize_data: Any
 materialize_mapped_data: Any
 map_batches_kwargs: Any
 iter_batches_kwargs: Any
 ignore_final_observation: Any
 prelearner_class: Any
 prelearner_buffer_class: Any
 prelearner_buffer_kwargs: Any
 prelearner_module_synch_period: Any
 prelearner_use_recorded_module_states: Any
 dataset_num_iters_per_learner: Any
 input_config: Any
 actions_in_input_normalized: Any
 postprocess_inputs: Any
 shuffle_buffer_size: Any
 output: Any
 output_config: Any
 output_compress_columns: Any
 output_max_file_size: Any
 output_max_rows_per_file: Any
 output_write_remaining_data: Any
 output_write_method: Any
 output_write_method_kwargs: Any
 output_filesystem: Any
 output_filesystem_kwargs: Any
 output_write_episodes: Any
 offline_sampling: Any
 evaluation_interval: Any
 evaluation_duration: Any
 evaluation_duration_unit: Any
 evaluation_sample_timeout_s: Any
 evaluation_auto_duration_min_env_steps_per_sample: Any
 evaluation_auto_duration_max_env_steps_per_sample: Any
 evaluation_parallel_to_training: Any
 evaluation_unhealthy_workers_timeout_s: Any
 evaluation_error_after_n_consecutive_skips: Any
 evaluation_force_reset_envs_before_iteration: Any
 evaluation_config: Any
 off_policy_estimation_methods: Any
 ope_split_batch_by_episode: Any
 evaluation_num_env_runners: Any
 custom_evaluation_function: Any
 in_evaluation: Any
 sync_filters_on_rollout_workers_timeout_s: Any
 offline_evaluation_interval: Any
 num_offline_eval_runners: Any
 offline_evaluation_type: Any
 offline_eval_runner_class: Any
 offline_loss_for_module_fn: Any
 offline_evaluation_duration: Any
 offline_evaluation_parallel_to_training: Any
 offline_evaluation_timeout_s: Any
 num_cpus_per_offline_eval_runner: Any
 num_gpus_per_offline_eval_runner: Any
 custom_resources_per_offline_eval_runner: Any
 restart_failed_offline_eval_runners: Any
 ignore_offline_eval_runner_failures: Any
 max_num_offline_eval_runner_restarts: Any
 offline_eval_runner_restore_timeout_s: Any
 max_requests_in_flight_per_offline_eval_runner: Any
 validate_offline_eval_runners_after_construction: Any
 offline_eval_runner_health_probe_timeout_s: Any
 offline_eval_rl_module_inference_only: Any
 broadcast_offline_eval_runner_states: Any
 offline_eval_batch_size_per_runner: Any
 dataset_num_iters_per_eval_runner: Any
 keep_per_episode_custom_metrics: Any
 metrics_episode_collection_timeout_s: Any
 metrics_num_episodes_for_smoothing: Any
 min_time_s_per_iteration: Any
 min_train_timesteps_per_iteration: Any
 min_sample_timesteps_per_iteration: Any
 log_gradients: Any
 stats_cls_lookup: Any
 export_native_model_files: Any
 checkpoint_trainable_policies_only: Any
 log_level: Any
 log_sys_usage: Any
 fake_sampler: Any
 seed: Any
 restart_failed_env_runners: Any
 ignore_env_runner_failures: Any
 max_num_env_runner_restarts: Any
 delay_between_env_runner_restarts_s: Any
 restart_failed_sub_environments: Any
 num_consecutive_env_runner_failures_tolerance: Any
 env_runner_health_probe_timeout_s: Any
 env_runner_restore_timeout_s: Any
 algorithm_config_overrides_per_module: Any
 env_task_fn: Any
 enable_connectors: Any
 simple_optimizer: Any
 monitor: Any
 evaluation_num_episodes: Any
 metrics_smoothing_episodes: Any
 timesteps_per_iteration: Any
 min_iter_time_s: Any
 collect_metrics_timeout: Any
 min_time_s_per_reporting: Any
 min_train_timesteps_per_reporting: Any
 min_sample_timesteps_per_reporting: Any
 input_evaluation: Any
 policy_map_cache: Any
 worker_cls: Any
 synchronize_filters: Any
 enable_async_evaluation: Any
 custom_async_evaluation_function: Any
 auto_wrap_old_gym_envs: Any
 always_attach_evaluation_results: Any
 buffer_size: Any
 prioritized_replay: Any
 learning_starts: Any
 replay_batch_size: Any
 replay_sequence_length: Any
 replay_mode: Any
 prioritized_replay_alpha: Any
 prioritized_replay_beta: Any
 prioritized_replay_eps: Any
 model: Any
 exploration_config: Any
 @staticmethod
 def DEFAULT_AGENT_TO_MODULE_MAPPING_FN(agent_id: Any, episode: Any) -> Any: ...
 @staticmethod
 def DEFAULT_POLICY_MAPPING_FN(aid: Any, episode: Any, worker: Any, **kwargs: Any) -> Any: ...
 @classmethod
 def from_dict(cls, config_dict: dict) -> Self: ...
 @classmethod
 def overrides(cls, **kwargs: Any) -> Any: ...
 def __init__(self, algo_class: Optional[type] = ...) -> None: ...
 def to_dict(self) -> Any: ...
 def update_from_dict(self, config_dict: Any) -> Self: ...
 def get_state(self) -> Dict[str, Any]: ...
 @classmethod
 def from_state(cls, state: Dict[str, Any]) -> Union[Self, Any]: ...
 def serialize(self) -> Dict[str, Any]: ...
 def copy(self, copy_frozen: Optional[bool] = ...) -> Self: ...
 def freeze(self) -> None: ...
 def validate(self) -> None: ...
 def build_algo(self, env: Optional[Union[str, Any]] = ..., use_copy: bool = ...) -> Algorithm: ...
 def build_env_to_module_connector(self, env: Any = ..., spaces: Any = ..., device: Any = ...) -> Any: ...
 def build_module_to_env_connector(self, env: Any = ..., spaces: Any = ...) -> Any: ...
 def build_learner_connector(self, input_observation_space: Any, input_action_space: Any, device: Any = ...) -> Any: ...
 def build_learner_group(self, *, env: Optional[Any] = ..., spaces: Optional[Dict[Any, Tuple[gymnasium.Space, gymnasium.Space]]] = ..., rl_module_spec: Optional[Any] = ..., placement_group: Optional[PlacementGroup] = ...) -> Any: ...
 def build_learner(self, *, env: Optional[Any] = ..., spaces: Optional[Dict[Any, Tuple[gymnasium.Space, gymnasium.Space]]] = ...) -> Any: ...
 def get_config_for_module(self, module_id: Any) -> Self: ...
 def python_environment(self, *, extra_python_environs_for_driver: Optional[dict] = ..., extra_python_environs_for_worker: Optional[dict] = ...) -> Self: ...
 def resources(self, *, num_cpus_for_main_process: Optional[int] = ..., custom_resources_for_main_process: Optional[dict] = ..., num_gpus: Optional[Union[float, int]] = ..., _fake_gpus: Optional[bool] = ..., placement_strategy: Optional[str] = ..., num_cpus_per_worker: Any = ..., num_gpus_per_worker: Any = ..., custom_resources_per_worker: Any = ..., num_learner_workers: Any = ..., num_cpus_per_learner_worker: Any = ..., num_gpus_per_learner_worker: Any = ..., local_gpu_idx: Any = ..., num_cpus_for_local_worker: Any = ...) -> Self: ...
 def framework(self, framework: Optional[str] = ..., *, eager_tracing: Optional[bool] = ..., eager_max_retraces: Optional[int] = ..., tf_session_args: Optional[Dict[str, Any]] = ..., local_tf_session_args: Optional[Dict[str, Any]] = ..., torch_compile_learner: Optional[bool] = ..., torch_compile_learner_what_to_compile: Optional[str] = ..., torch_compile_learner_dynamo_mode: Optional[str] = ..., torch_compile_learner_dynamo_backend: Optional[str] = ..., torch_compile_worker: Optional[bool] = ..., torch_compile_worker_dynamo_backend: Optional[str] = ..., torch_compile_worker_dynamo_mode: Optional[str] = ..., torch_ddp_kwargs: Optional[Dict[str, Any]] = ..., torch_skip_nan_gradients: Optional[bool] = ...) -> Self: ...
 def api_stack(self, enable_rl_module_and_learner: Optional[bool] = ..., enable_env_runner_and_connector_v2: Optional[bool] = ...) -> Self: ...
 def environment(self, env: Optional[Union[str, Any]] = ..., *, env_config: Optional[Any] = ..., observation_space: Optional[gymnasium.Space] = ..., action_space: Optional[gymnasium.Space] = ..., render_env: Optional[bool] = ..., clip_rewards: Optional[Union[bool, float]] = ..., normalize_actions: Optional[bool] = ..., clip_actions: Optional[bool] = ..., disable_env_checking: Optional[bool] = ..., is_atari: Optional[bool] = ..., action_mask_key: Optional[str] = ..., env_task_fn: Any = ...) -> Self: ...
 def env_runners(self, *, env_runner_cls: Optional[type] = ..., num_env_runners: Optional[int] = ..., create_local_env_runner: Optional[bool] = ..., create_env_on_local_worker: Optional[bool] = ..., num_envs_per_env_runner: Optional[int] = ..., gym_env_vectorize_mode: Optional[Union[str, gymnasium.VectorizeMode]] = ..., num_cpus_per_env_runner: Optional[int] = ..., num_gpus_per_env_runner: Optional[Union[float, int]] = ..., custom_resources_per_env_runner: Optional[dict] = ..., validate_env_runners_after_construction: Optional[bool] = ..., sample_timeout_s: Optional[float] = ..., max_requests_in_flight_per_env_runner: Optional[int] = ..., env_to_module_connector: Optional[Callable[[Any], Union[Any, List[Any]]]] = ..., module_to_env_connector: Optional[Callable[[Any, Any], Union[Any, List[Any]]]] = ..., add_default_connectors_to_env_to_module_pipeline: Optional[bool] = ..., add_default_connectors_to_module_to_env_pipeline: Optional[bool] = ..., episode_lookback_horizon: Optional[int] = ..., merge_env_runner_states: Optional[Union[str, bool]] = ..., broadcast_env_runner_states: Optional[bool] = ..., use_env_runner_state_server: Optional[bool] = ..., env_runner_state_server_max_concurrency: Optional[int] = ..., compress_observations: Optional[bool] = ..., rollout_fragment_length: Optional[Union[int, str]] = ..., batch_mode: Optional[str] = ..., explore: Optional[bool] = ..., episodes_to_numpy: Optional[bool] = ..., use_worker_filter_stats: Optional[bool] = ..., update_worker_filter_stats: Optional[bool] = ..., exploration_config: Optional[dict] = ..., sample_collector: Optional[Type[Any]] = ..., remote_worker_envs: Optional[bool] = ..., remote_env_batch_wait_ms: Optional[float] = ..., preprocessor_pref: Optional[str] = ..., observation_filter: Optional[str] = ..., enable_tf1_exec_eagerly: Optional[bool] = ..., sampler_perf_stats_ema_coef: Optional[float] = ..., num_rollout_workers: Any = ..., num_envs_per_worker: Any = ..., validate_workers_after_construction: Any = ..., ignore_worker_failures: Any = ..., recreate_failed_workers: Any = ..., restart_failed_sub_environments: Any = ..., num_consecutive_worker_failures_tolerance: Any = ..., worker_health_probe_timeout_s: Any = ..., worker_restore_timeout_s: Any = ..., synchronize_filter: Any = ..., enable_connectors: Any = ...) -> Self: ...
 def learners(self, *, num_learners: Optional[int] = ..., num_cpus_per_learner: Optional[Union[str, float, int]] = ..., num_gpus_per_learner: Optional[Union[float, int]] = ..., custom_resources_per_learner: Optional[Dict[str, float]] = ..., num_aggregator_actors_per_learner: Optional[int] = ..., max_requests_in_flight_per_aggregator_actor: Optional[float] = ..., local_gpu_idx: Optional[int] = ..., max_requests_in_flight_per_learner: Optional[int] = ..., learner_class: Optional[Type[Any]] = ..., learner_connector: Optional[Callable[[gymnasium.spaces.Space, gymnasium.spaces.Space], Union[Any, List[Any]]]] = ..., add_default_connectors_to_learner_pipeline: Optional[bool] = ..., learner_config_dict: Optional[Dict[str, Any]] = ...) -> Self: ...
 def training(self, *, gamma: Optional[float] = ..., lr: Optional[Any] = ..., grad_clip: Optional[float] = ..., grad_clip_by: Optional[str] = ..., train_batch_size: Optional[int] = ..., train_batch_size_per_learner: Optional[int] = ..., num_epochs: Optional[int] = ..., minibatch_size: Optional[int] = ..., shuffle_batch_per_epoch: Optional[bool] = ..., model: Optional[dict] = ..., optimizer: Optional[dict] = ..., num_aggregator_actors_per_learner: Any = ..., max_requests_in_flight_per_aggregator_actor: Any = ..., num_sgd_iter: Any = ..., max_requests_in_flight_per_sampler_worker: Any = ..., learner_class: Optional[Type[Any]] = ..., learner_connector: Optional[Callable[[gymnasium.spaces.Space, gymnasium.spaces.Space], Union[Any, List[Any]]]] = ..., add_default_connectors_to_learner_pipeline: Optional[bool] = ..., learner_config_dict: Optional[Dict[str, Any]] = ...) -> Self: ...
 def callbacks(self, callbacks_class: Optional[Union[Type[RLlibCallback], List[Type[RLlibCallback]]]] = ..., *, on_algorithm_init: Optional[Union[Callable, List[Callable]]] = ..., on_train_result: Optional[Union[Callable, List[Callable]]] = ..., on_evaluate_start: Optional[Union[Callable, List[Callable]]] = ..., on_evaluate_end: Optional[Union[Callable, List[Callable]]] = ..., on_evaluate_offline_start: Optional[Union[Callable, List[Callable]]] = ..., on_evaluate_offline_end: Optional[Union[Callable, List[Callable]]] = ..., on_env_runners_recreated: Optional[Union[Callable, List[Callable]]] = ..., on_offline_eval_runners_recreated: Optional[Union[Callable, List[Callable]]] = ..., on_checkpoint_loaded: Optional[Union[Callable, List[Callable]]] = ..., on_environment_created: Optional[Union[Callable, List[Callable]]] = ..., on_episode_created: Optional[Union[Callable, List[Callable]]] = ..., on_episode_start: Optional[Union[Callable, List[Callable]]] = ..., on_episode_step: Optional[Union[Callable, List[Callable]]] = ..., on_episode_end: Optional[Union[Callable, List[Callable]]] = ..., on_sample_end: Optional[Union[Callable, List[Callable]]] = ...) -> Self: ...
 def evaluation(self, *, evaluation_interval: Optional[int] = ..., evaluation_duration: Optional[Union[int, str]] = ..., evaluation_duration_unit: Optional[str] = ..., evaluation_auto_duration_min_env_steps_per_sample: Optional[int] = ..., evaluation_auto_duration_max_env_steps_per_sample: Optional[int] = ..., evaluation_sample_timeout_s: Optional[float] = ..., evaluation_parallel_to_training: Optional[bool] = ..., evaluation_unhealthy_workers_timeout_s: Optional[float] = ..., evaluation_error_after_n_consecutive_skips: Optional[int] = ..., evaluation_force_reset_envs_before_iteration: Optional[bool] = ..., evaluation_config: Optional[Union[AlgorithmConfig, Any]] = ..., off_policy_estimation_methods: Optional[Dict] = ..., ope_split_batch_by_episode: Optional[bool] = ..., evaluation_num_env_runners: Optional[int] = ..., custom_evaluation_function: Optional[Callable] = ..., offline_evaluation_interval: Optional[int] = ..., num_offline_eval_runners: Optional[int] = ..., offline_evaluation_type: Optional[Callable] = ..., offline_eval_runner_class: Optional[Callable] = ..., offline_loss_for_module_fn: Optional[Callable] = ..., offline_eval_batch_size_per_runner: Optional[int] = ..., dataset_num_iters_per_offline_eval_runner: Optional[int] = ..., offline_eval_rl_module_inference_only: Optional[bool] = ..., num_cpus_per_offline_eval_runner: Optional[int] = ..., num_gpus_per_offline_eval_runner: Optional[int] = ..., custom_resources_per_offline_eval_runner: Optional[Dict[str, Any]] = ..., offline_evaluation_timeout_s: Optional[float] = ..., max_requests_in_flight_per_offline_eval_runner: Optional[int] = ..., broadcast_offline_eval_runner_states: Optional[bool] = ..., validate_offline_eval_runners_after_construction: Optional[bool] = ..., restart_failed_offline_eval_runners: Optional[bool] = ..., ignore_offline_eval_runner_failures: Optional[bool] = ..., max_num_offline_eval_runner_restarts: Optional[int] = ..., offline_eval_runner_health_probe_timeout_s: Optional[float] = ..., offline_eval_runner_restore_timeout_s: Optional[float] = ..., always_attach_evaluation_results: Any = ..., evaluation_num_workers: Any = ...) -> Self: ...
 def offline_data(self, *, input_: Optional[Union[str, Callable[[Any], Any]]] = ..., offline_data_class: Optional[Type] = ..., input_read_method: Optional[Union[str, Callable]] = ..., input_read_method_kwargs: Optional[Dict] = ..., input_read_schema: Optional[Dict[str, str]] = ..., input_read_episodes: Optional[bool] = ..., input_read_sample_batches: Optional[bool] = ..., input_read_batch_size: Optional[int] = ..., input_filesystem: Optional[str] = ..., input_filesystem_kwargs: Optional[Dict] = ..., input_compress_columns: Optional[List[str]] = ..., materialize_data: Optional[bool] = ..., materialize_mapped_data: Optional[bool] = ..., map_batches_kwargs: Optional[Dict] = ..., iter_batches_kwargs: Optional[Dict] = ..., ignore_final_observation: Optional[bool] = ..., prelearner_class: Optional[Type] = ..., prelearner_buffer_class: Optional[Type] = ..., prelearner_buffer_kwargs: Optional[Dict] = ..., prelearner_module_synch_period: Optional[int] = ..., prelearner_use_recorded_module_states: Optional[bool] = ..., dataset_num_iters_per_learner: Optional[int] = ..., input_config: Optional[Dict] = ..., actions_in_input_normalized: Optional[bool] = ..., postprocess_inputs: Optional[bool] = ..., shuffle_buffer_size: Optional[int] = ..., output: Optional[str] = ..., output_config: Optional[Dict] = ..., output_compress_columns: Optional[List[str]] = ..., output_max_file_size: Optional[float] = ..., output_max_rows_per_file: Optional[int] = ..., output_write_remaining_data: Optional[bool] = ..., output_write_method: Optional[str] = ..., output_write_method_kwargs: Optional[Dict] = ..., output_filesystem: Optional[str] = ..., output_filesystem_kwargs: Optional[Dict] = ..., output_write_episodes: Optional[bool] = ..., offline_sampling: Optional[str] = ...) -> Self: ...
 def multi_agent(self, *, policies: Optional[Union[Any, Collection[Any]]] = ..., policy_map_capacity: Optional[int] = ..., policy_mapping_fn: Optional[Callable[[Any, Any], Any]] = ..., policies_to_train: Optional[Union[Collection[Any], Callable[[Any, Any], bool]]] = ..., policy_states_are_swappable: Optional[bool] = ..., observation_fn: Optional[Callable] = ..., count_steps_by: Optional[str] = ..., algorithm_config_overrides_per_module: Any = ..., replay_mode: Any = ..., policy_map_cache: Any = ...) -> Self: ...
 def reporting(self, *, keep_per_episode_custom_metrics: Optional[bool] = ..., metrics_episode_collection_timeout_s: Optional[float] = ..., metrics_num_episodes_for_smoothing: Optional[int] = ..., min_time_s_per_iteration: Optional[float] = ..., min_train_timesteps_per_iteration: Optional[int] = ..., min_sample_timesteps_per_iteration: Optional[int] = ..., log_gradients: Optional[bool] = ..., custom_stats_cls_lookup: Optional[Dict[str, Type[Any]]] = ...) -> Self: ...
 def checkpointing(self, export_native_model_files: Optional[bool] = ..., checkpoint_trainable_policies_only: Optional[bool] = ...) -> Self: ...
 def debugging(self, *, log_level: Optional[str] = ..., log_sys_usage: Optional[bool] = ..., fake_sampler: Optional[bool] = ..., seed: Optional[int] = ...) -> Self: ...
 def fault_tolerance(self, *, restart_failed_env_runners: Optional[bool] = ..., ignore_env_runner_failures: Optional[bool] = ..., max_num_env_runner_restarts: Optional[int] = ..., delay_between_env_runner_restarts_s: Optional[float] = ..., restart_failed_sub_environments: Optional[bool] = ..., num_consecutive_env_runner_failures_tolerance: Optional[int] = ..., env_runner_health_probe_timeout_s: Optional[float] = ..., env_runner_restore_timeout_s: Optional[float] = ..., recreate_failed_env_runners: Any = ..., ignore_worker_failures: Any = ..., recreate_failed_workers: Any = ..., max_num_worker_restarts: Any = ..., delay_between_worker_restarts_s: Any = ..., num_consecutive_worker_failures_tolerance: Any = ..., worker_health_probe_timeout_s: Any = ..., worker_restore_timeout_s: Any = ...) -> Self: ...
 def rl_module(self, *, model_config: Optional[Union[Dict[str, Any], Any]] = ..., rl_module_spec: Optional[Any] = ..., algorithm_config_overrides_per_module: Optional[Dict[Any, Any]] = ..., model_config_dict: Any = ..., _enable_rl_module_api: Any = ...) -> Self: ...
 def experimental(self, *, _validate_config: Optional[bool] = ..., _use_msgpack_checkpoints: Optional[bool] = ..., _torch_grad_scaler_class: Optional[Type] = ..., _torch_lr_scheduler_classes: Optional[Union[List[Type], Dict[Any, List[Type]]]] = ..., _tf_policy_handles_more_than_one_loss: Optional[bool] = ..., _disable_preprocessor_api: Optional[bool] = ..., _disable_action_flattening: Optional[bool] = ..., _disable_initialize_loss_from_dummy_batch: Optional[bool] = ...) -> Self: ...
 @property
 def is_atari(self) -> bool: ...
 @property
 def is_multi_agent(self) -> bool: ...
 @property
 def learner_class(self) -> Type[Any]: ...
 @property
 def model_config(self) -> Any: ...
 @property
 def rl_module_spec(self) -> Any: ...
 @property
 def train_batch_size_per_learner(self) -> int: ...
 @train_batch_size_per_learner.setter
 def train_batch_size_per_learner(self, value: int) -> None: ...
 @property
 def total_train_batch_size(self) -> int: ...
 def get_rollout_fragment_length(self, worker_index: int = ...) -> int: ...
 def get_evaluation_config_object(self) -> Optional[AlgorithmConfig]: ...
 def validate_train_batch_size_vs_rollout_fragment_length(self) -> None: ...
 def get_torch_compile_worker_config(self) -> Any: ...
 def get_default_rl_module_spec(self) -> Any: ...
 def get_default_learner_class(self) -> Union[Type[Any], str]: ...
 def get_rl_module_spec(self, env: Optional[Any] = ..., spaces: Optional[Dict[str, Tuple[gymnasium.Space, gymnasium.Space]]] = ..., inference_only: Optional[bool] = ...) -> Any: ...
 def get_multi_rl_module_spec(self, *, env: Optional[Any] = ..., spaces: Optional[Dict[Any, Tuple[gymnasium.Space, gymnasium.Space]]] = ..., inference_only: bool = ..., policy_dict: Optional[Dict[str, Any]] = ..., single_agent_rl_module_spec: Optional[Any] = ...) -> Any: ...
 def __setattr__(self, key: Any, value: Any) -> Any: ...
 def __getitem__(self, item: Any) -> Any: ...
 def __setitem__(self, key: Any, value: Any) -> Any: ...
 def __contains__(self, item: Any) -> bool: ...
 def get(self, key: Any, default: Any = ...) -> Any: ...
 def pop(self, key: Any, default: Any = ...) -> Any: ...
 def keys(self) -> Any: ...
 def values(self) -> Any: ...
 def items(self) -> Any: ...
 @property
 def is_online(self) -> bool: ...
 @property
 def is_offline(self) -> bool: ...
 def get_multi_agent_setup(self, *, policies: Optional[Any] = ..., env: Optional[Any] = ..., spaces: Optional[Dict[Any, Tuple[gymnasium.Space, gymnasium.Space]]] = ..., default_policy_class: Optional[Type[Any]] = ...) -> Tuple[Any, Callable[[Any, Any], bool]]: ...
 def build(self, *args: Any, **kwargs: Any) -> Any: ...
 def get_marl_module_spec(self, *args: Any, **kwargs: Any) -> Any: ...
 def rollouts(self, *args: Any, **kwargs: Any) -> Any: ...
 def exploration(self, *args: Any, **kwargs: Any) -> Any: ...
 @property
 def recreate_failed_env_runners(self) -> Any: ...
 @recreate_failed_env_runners.setter
 def recreate_failed_env_runners(self, value: Any) -> Any: ...
 @property
 def uses_new_env_runners(self) -> Any: ...
 @property
 def num_rollout_workers(self) -> Any: ...
 @num_rollout_workers.setter
 def num_rollout_workers(self, value: Any) -> Any: ...
 @property
 def evaluation_num_workers(self) -> Any: ...
 @evaluation_num_workers.setter
 def evaluation_num_workers(self, value: Any) -> Any: ...
 @property
 def num_envs_per_worker(self) -> Any: ...
 @num_envs_per_worker.setter
 def num_envs_per_worker(self, value: Any) -> Any: ...
 @property
 def ignore_worker_failures(self) -> Any: ...
 @ignore_worker_failures.setter
 def ignore_worker_failures(self, value: Any) -> Any: ...
 @property
 def recreate_failed_workers(self) -> Any: ...
 @recreate_failed_workers.setter
 def recreate_failed_workers(self, value: Any) -> Any: ...
 @property
 def max_num_worker_restarts(self) -> Any: ...
 @max_num_worker_restarts.setter
 def max_num_worker_restarts(self, value: Any) -> Any: ...
 @property
 def delay_between_worker_restarts_s(self) -> Any: ...
 @delay_between_worker_restarts_s.setter
 def delay_between_worker_restarts_s(self, value: Any) -> Any: ...
 @property
 def num_consecutive_worker_failures_tolerance(self) -> Any: ...
 @num_consecutive_worker_failures_tolerance.setter
 def num_consecutive_worker_failures_tolerance(self, value: Any) -> Any: ...
 @property
 def worker_health_probe_timeout_s(self) -> Any: ...
 @worker_health_probe_timeout_s.setter
 def worker_health_probe_timeout_s(self, value: Any) -> Any: ...
 @property
 def worker_restore_timeout_s(self) -> Any: ...
 @worker_restore_timeout_s.setter
 def worker_restore_timeout_s(self, value: Any) -> Any: ...
 @property
 def validate_workers_after_construction(self) -> Any: ...
 @validate_workers_after_construction.setter
 def validate_workers_after_construction(self, value: Any) -> Any: ...
 @property
 def num_cpus_per_worker(self) -> Any: ...
 @num_cpus_per_worker.setter
 def num_cpus_per_worker(self, value: Any) -> Any: ...
 @property
 def num_gpus_per_worker(self) -> Any: ...
 @num_gpus_per_worker.setter
 def num_gpus_per_worker(self, value: Any) -> Any: ...
 @property
 def custom_resources_per_worker(self) -> Any: ...
 @custom_resources_per_worker.setter
 def custom_resources_per_worker(self, value: Any) -> Any: ...
 @property
 def num_learner_workers(self) -> Any: ...
 @num_learner_workers.setter
 def num_learner_workers(self, value: Any) -> Any: ...
 @property
 def num_cpus_per_learner_worker(self) -> Any: ...
 @num_cpus_per_learner_worker.setter
 def num_cpus_per_learner_worker(self, value: Any) -> Any: ...
 @property
 def num_gpus_per_learner_worker(self) -> Any: ...
 @num_gpus_per_learner_worker.setter
 def num_gpus_per_learner_worker(self, value: Any) -> Any: ...
 @property
 def num_cpus_for_local_worker(self) -> Any: ...
 @num_cpus_for_local_worker.setter
 def num_cpus_for_local_worker(self, value: Any) -> Any: ...
DEFAULT_MODULE_ID: str
DEFAULT_POLICY_ID: str
DEPRECATED_VALUE: int
class DifferentiableAlgorithmConfig(AlgorithmConfig):
 differentiable_learner_configs: List[Any]
 def __init__(self, algo_class: Any = ...) -> None: ...
 def learners(self, *, learner_class: Optional[Type[Any]] = ..., learner_connector: Optional[Callable[[Any], Union[Any, List[Any]]]] = ..., add_default_connectors_to_learner_pipeline: Optional[bool] = ..., learner_config_dict: Optional[Dict[str, Any]] = ..., differentiable_learner_configs: List[Any] = ..., **kwargs: Any) -> DifferentiableAlgorithmConfig: ...
 def validate(self) -> Any: ...
 def get_default_learner_class(self) -> Union[Type[Any], str]: ...
 def get_differentiable_learner_classes(self) -> List[Union[Type[Any], str]]: ...
 def get_differentiable_learner_configs(self) -> List[Any]: ...
INPUT_ENV_SINGLE_SPACES: str
INPUT_ENV_SPACES: str
NOT_SERIALIZABLE: str
NotProvided: Any
TRIAL_INFO: str
TYPE_CHECKING: bool
class TorchCompileWhatToCompile(str, enum.Enum):
 COMPLETE_UPDATE = 'complete_update'
 FORWARD_TRAIN = 'forward_train'
