"""A cluster that knows neither ray_client nor the user's modules: a driver and a worker, with plain cloudpickle.

driver DIR     load what the client sent, as `*.client`, and pickle it for the worker
worker DIR     load that, pickle it once more, as a task that passes it on does, and run what came of it
"""

from __future__ import annotations

import io
import json
import pickle
import sys
import traceback
from pathlib import Path
from typing import Any

import cloudpickle

from ray_client_proto.code.carrier import readers
from ray_client_proto.wire import tokens


class Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        return readers()[name] if module == tokens.MODULE else super().find_class(module, name)


def outcome(function: Any) -> str:
    try:
        return repr(function())
    except Exception as exc:  # noqa: BLE001 - whatever the user's code raises is the outcome
        return f"{type(exc).__name__}: {exc}"


def drive(sent: Path) -> bytes:
    return cloudpickle.dumps(Unpickler(io.BytesIO(sent.read_bytes())).load())


def work(sent: Path) -> list[str]:
    functions = cloudpickle.loads(cloudpickle.dumps(cloudpickle.loads(sent.read_bytes())))
    return [outcome(function) for function in functions]


def main(step: str, folder: Path) -> None:
    sys.modules["ray_client"] = None  # type: ignore[assignment]  # it is not there, whatever this environment has
    for sent in sorted(folder.glob("*.client" if step == "driver" else "*.driver")):
        try:
            if step == "driver":
                sent.with_suffix(".driver").write_bytes(drive(sent))
            else:
                sent.with_suffix(".json").write_text(json.dumps(work(sent)))
        except Exception:  # noqa: BLE001 - whatever goes wrong is the result
            sent.with_suffix(".json").write_text(json.dumps([f"{step}: {traceback.format_exc()}"]))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
