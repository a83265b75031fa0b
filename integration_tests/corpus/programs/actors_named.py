"""Actors with names are found by whoever knows the name and the namespace."""

import ray

ray.init(namespace="library")


@ray.remote(num_cpus=0)
class Shelf:
    def __init__(self, topic):
        self.topic = topic
        self.books = []

    def add(self, title):
        self.books.append(title)
        return len(self.books)

    def titles(self):
        return sorted(self.books)


@ray.remote
def delivery(topic, titles):
    shelf = ray.get_actor(topic)
    for title in titles:
        shelf.add.remote(title)
    return ray.get(shelf.titles.remote())


shelves = [Shelf.options(name=topic).remote(topic) for topic in ("maps", "music")]
print(ray.get(delivery.remote("maps", ["The Alps", "Sea charts"])))
print(ray.get(ray.get_actor("maps").titles.remote()))
print(sorted(ray.util.list_named_actors()))

try:
    ray.get(Shelf.options(name="maps").remote("again").titles.remote())
except ValueError as error:
    print("taken:", "maps" in str(error))

same = Shelf.options(name="maps", get_if_exists=True).remote("ignored")
print(same == shelves[0], ray.get(same.titles.remote()))

elsewhere = Shelf.options(name="maps", namespace="archive").remote("old maps")
print(ray.get(elsewhere.titles.remote()), ray.get_actor("maps", namespace="archive") == elsewhere)
print([entry for entry in ray.util.list_named_actors(all_namespaces=True) if entry["namespace"] == "archive"])

for wrong in ("nothing", ""):
    try:
        ray.get_actor(wrong)
    except ValueError as error:
        print("none:", type(error).__name__)
