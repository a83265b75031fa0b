"""A pipeline in a class of one's own, as programs have it."""

import ray


class Pipeline:
    def __init__(self, source):
        self.ds = source

    def clean(self):
        self.ds = self.ds.filter(self._is_good).map(self._trim)
        return self

    @staticmethod
    def _is_good(row):
        return bool(row["text"].strip())

    def _trim(self, row):
        return {"text": row["text"].strip().lower(), "length": len(row["text"].strip())}

    def report(self):
        longest = self.ds.sort("length", descending=True).take(1)[0]
        return {"rows": self.ds.count(), "longest": longest["text"], "mean": round(self.ds.mean("length"), 2)}


lines = [" Wind ", "", "Rain in May", "  ", "snow"]
print(Pipeline(ray.data.from_items([{"text": line} for line in lines])).clean().report())
