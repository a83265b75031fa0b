"""An experiment that was interrupted by an error is taken up again."""

import os
import tempfile

from ray import tune


def walk(config):
    at = 0
    checkpoint = tune.get_checkpoint()
    if checkpoint:
        with checkpoint.as_directory() as directory, open(os.path.join(directory, "at")) as file:
            at = int(file.read())
    while at < 4:
        at += 1
        if at == 3 and config["leg"] == 2 and not os.path.exists(config["mended"]):
            raise RuntimeError("a broken leg")
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "at"), "w") as file:
                file.write(str(at))
            tune.report({"at": at}, checkpoint=tune.Checkpoint.from_directory(directory))


with tempfile.TemporaryDirectory() as place:
    mended = os.path.join(place, "mended")
    tuner = tune.Tuner(
        walk,
        param_space={"leg": tune.grid_search([1, 2]), "mended": mended},
        run_config=tune.RunConfig(storage_path=place, name="walk", verbose=0),
    )
    results = tuner.fit()
    print(results.num_errors, [type(error).__name__ for error in results.errors])
    print(tune.Tuner.can_restore(f"{place}/walk"), tune.Tuner.can_restore(f"{place}/none"))
    with open(mended, "w"):
        pass
    again = tune.Tuner.restore(f"{place}/walk", trainable=walk, resume_errored=True).fit()
    print(again.num_errors, sorted((result.config["leg"], result.metrics["at"]) for result in again))
