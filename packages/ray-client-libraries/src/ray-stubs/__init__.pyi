from ray_client import *
from ray import air as air
from ray import data as data
from ray import job_submission as job_submission
from ray import rllib as rllib
from ray import serve as serve
from ray import train as train
from ray import tune as tune
