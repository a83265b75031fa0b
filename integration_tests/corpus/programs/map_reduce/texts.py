"""Texts to count words in; beside the program, and nowhere on the cluster."""

WORDS = "the quick brown fox jumps over the lazy dog while the slow dog sleeps and the fox runs on".split()


class Document:
    def __init__(self, number):
        self.number = number
        self.words = [WORDS[(number * step + step * step) % len(WORDS)] for step in range(200 + number)]

    def __len__(self):
        return len(self.words)


def bucket_of(word, buckets):
    return sum(map(ord, word)) % buckets
