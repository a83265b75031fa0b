"""The timeline: what ran when, as a list of events, or in a file for the browser's tracing view."""

import json
import os
import tempfile
import uuid

import ray

NAME = f"stage {uuid.uuid4().hex}"  # the timeline has other programs too

ray.init()


@ray.remote
def stage(number):
    return number + 1


value = 0
for _ in range(3):
    value = stage.options(name=NAME).remote(value)
print(ray.get(value))


def spans():
    return [event for event in ray.timeline() if event.get("cat") == f"task::{NAME}"]


while len(spans()) < 3:
    pass
events = spans()
print({event["ph"] for event in events}, all(event["dur"] >= 0 for event in events))
print(sorted({"cat", "name", "pid", "tid", "ts", "dur", "ph", "args"} - set(events[0])))

with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, "timeline.json")
    print(ray.timeline(path))
    with open(path) as file:
        loaded = json.load(file)
    print(len([event for event in loaded if event.get("cat") == f"task::{NAME}"]))
