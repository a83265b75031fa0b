"""Results go from task to task as references: the values stay where they are until somebody needs them."""

from typing import Dict, List

import ray


@ray.remote
def load_orders(day: str) -> List[Dict[str, object]]:
    size = {"mon": 3, "tue": 5, "wed": 2}[day]
    return [{"day": day, "number": n, "cents": 250 * (n + 1)} for n in range(size)]


@ray.remote
def turnover(orders: List[Dict[str, object]]) -> int:
    return sum(order["cents"] for order in orders)


@ray.remote
def report(*sums: int, currency: str) -> str:
    return f"{sum(sums) / 100:.2f} {currency} on {len(sums)} days"


@ray.remote
def count_references(values: List[object]) -> str:
    kinds = {type(value).__name__ for value in values}
    return f"{len(values)} x {sorted(kinds)}"


days = ["mon", "tue", "wed"]
loaded = [load_orders.remote(day) for day in days]
sums = [turnover.remote(orders) for orders in loaded]
print(ray.get(report.remote(*sums, currency="EUR")))
print(ray.get(sums))
# Inside a list the task gets the references themselves.
print(ray.get(count_references.remote(sums)))
print(ray.get(count_references.remote([1, "two", sums[0]])))
