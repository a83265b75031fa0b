"""`with ray.init(...)`: the connection ends with the block, also when the block raises."""

import ray


@ray.remote(num_cpus=0)
class Tally:
    def __init__(self):
        self.votes = {}

    def vote(self, name):
        self.votes[name] = self.votes.get(name, 0) + 1

    def winner(self):
        return max(sorted(self.votes), key=self.votes.get)


class Recount(Exception):
    pass


def main():
    try:
        with ray.init(num_cpus=2, include_dashboard=False, configure_logging=False) as context:
            tally = Tally.remote()
            for name in ("bo", "al", "bo"):
                tally.vote.remote(name)
            print(ray.get(tally.winner.remote()))
            print(sorted(set(context.address_info) & {"node_id", "gcs_address", "session_dir"}))
            raise Recount("again, please")
    except Recount as error:
        print(error, ray.is_initialized())


if __name__ == "__main__":
    main()
