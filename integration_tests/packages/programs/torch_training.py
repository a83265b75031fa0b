"""Two workers of Ray Train teach a model of PyTorch on the CPU, from shards of a dataset; its weights come back."""

import os
import sys
import tempfile

import torch

import ray
import ray.data
import ray.train
from ray.train import Checkpoint, RunConfig, ScalingConfig
from ray.train.torch import TorchTrainer

if sys.argv[1:] == ["init"]:
    ray.init()


def learn(config):
    torch.manual_seed(0)
    model = ray.train.torch.prepare_model(torch.nn.Linear(1, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=config["rate"])
    for epoch in range(30):
        for batch in ray.train.get_dataset_shard("train").iter_torch_batches(batch_size=8, dtypes=torch.float32):
            loss = ((model(batch["x"].unsqueeze(1)) - batch["y"].unsqueeze(1)) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with tempfile.TemporaryDirectory() as directory:
            checkpoint = None
            if epoch == 29 and ray.train.get_context().get_world_rank() == 0:
                torch.save(model.module.state_dict(), os.path.join(directory, "model.pt"))
                checkpoint = Checkpoint.from_directory(directory)
            ray.train.report({"epoch": epoch, "device": str(ray.train.torch.get_device())}, checkpoint=checkpoint)


with tempfile.TemporaryDirectory() as place:
    points = [{"x": number / 16, "y": 2 * number / 16 + 1} for number in range(32)]
    result = TorchTrainer(
        learn,
        train_loop_config={"rate": 0.2},
        scaling_config=ScalingConfig(num_workers=2, resources_per_worker={"CPU": 0.5}),
        datasets={"train": ray.data.from_items(points)},
        run_config=RunConfig(storage_path=place, name="line"),
    ).fit()
    print(result.error, result.metrics["epoch"], result.metrics["device"])
    with result.checkpoint.as_directory() as directory:
        weights = torch.load(os.path.join(directory, "model.pt"))
    print(sorted(weights), [round(float(value), 1) for value in weights.values()])

[batch] = ray.data.range(4).iter_torch_batches(batch_size=4)
print(type(batch["id"]).__name__, sorted(batch["id"].tolist()))
