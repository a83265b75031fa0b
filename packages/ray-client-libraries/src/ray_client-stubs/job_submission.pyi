from ray_client.dashboard.modules.job.common import JobErrorType as JobErrorType
from ray_client.dashboard.modules.job.common import JobInfo as JobInfo
from ray_client.dashboard.modules.job.common import JobStatus as JobStatus
from ray_client.dashboard.modules.job.pydantic_models import DriverInfo as DriverInfo
from ray_client.dashboard.modules.job.pydantic_models import JobDetails as JobDetails
from ray_client.dashboard.modules.job.pydantic_models import JobType as JobType
from ray_client.dashboard.modules.job.sdk import JobSubmissionClient as JobSubmissionClient
