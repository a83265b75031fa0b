"""Texts and bytes as files of the cluster."""

import os
import tempfile

import ray

with tempfile.TemporaryDirectory() as place:
    for number, text in enumerate(["one fox\ntwo foxes", "three owls", "four\nfive"]):
        with open(os.path.join(place, f"{number}.txt"), "w") as file:
            file.write(text)
    lines = ray.data.read_text(place)
    counted = lines.flat_map(lambda row: [{"word": word} for word in row["text"].split()]).groupby("word").count()
    print(sorted((row["word"], row["count()"]) for row in counted.take_all()))

    whole = ray.data.read_binary_files(place, include_paths=True)
    print(sorted((os.path.basename(row["path"]), len(row["bytes"])) for row in whole.take_all()))
