"""A class whose instances keep something between batches, on actors."""

import ray


class Translator:
    def __init__(self, language, polite=False):
        words = {"de": {"hello": "hallo", "bye": "tschuess"}, "fr": {"hello": "bonjour", "bye": "adieu"}}
        self.words, self.polite = words[language], polite

    def __call__(self, batch):
        ending = ", bitte" if self.polite else ""
        batch["said"] = [self.words[word] + ending for word in batch["word"]]
        return batch


talk = ray.data.from_items([{"word": word} for word in ["hello", "bye", "hello"]])
german = talk.map_batches(
    Translator, fn_constructor_args=("de",), fn_constructor_kwargs={"polite": True}, concurrency=2, batch_size=2
)
print(sorted(row["said"] for row in german.take_all()))

french = talk.map_batches(
    Translator, fn_constructor_args=["fr"], compute=ray.data.ActorPoolStrategy(size=1), batch_size=1
)
print(sorted(row["said"] for row in french.take_all()))
