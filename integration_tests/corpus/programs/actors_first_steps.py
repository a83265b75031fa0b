"""An actor keeps its state between calls; what calls it do happens one after the other."""

import ray


@ray.remote
class Account:
    """A bank account that refuses what it cannot pay."""

    interest = 0.02

    def __init__(self, owner, cents=0):
        self.owner = owner
        self.cents = cents
        self.history = []

    def pay_in(self, cents):
        self.cents += cents
        self.history.append(cents)
        return self.cents

    def pay_out(self, cents):
        if cents > self.cents:
            raise ValueError(f"{self.owner} has only {self.cents}")
        return self.pay_in(-cents)

    def statement(self):
        return {"owner": self.owner, "cents": self.cents, "history": list(self.history)}

    def a_year_passes(self):
        return self.pay_in(int(self.cents * self.interest))


ada = Account.remote("Ada", cents=1000)
bert = Account.remote(owner="Bert")
for cents in (100, 200, 300):
    ada.pay_in.remote(cents)
bert.pay_in.remote(50)
print(ray.get(ada.statement.remote()))
try:
    ray.get(bert.pay_out.remote(51))
except ValueError as error:
    print("refused:", str(error).splitlines()[-1])
print(ray.get([ada.pay_out.remote(600), bert.pay_out.remote(50), ada.a_year_passes.remote()]))
print(ray.get(ada.statement.remote())["history"])
try:
    ada.cents
except AttributeError as error:
    print("no such method:", type(error).__name__)
try:
    Account("Carl")
except TypeError as error:
    print("not a class any more:", type(error).__name__)
