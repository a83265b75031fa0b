"""Operations that ask about the cluster or the session's job."""

from __future__ import annotations

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import QueryCluster
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.errors import refused
from ray_client_server.driver.failures import describe
from ray_client_server.driver.holdings import Holdings


def query_cluster(holdings: Holdings, message: QueryCluster, answer: Answer) -> None:
    """Answer with what the cluster says (O5)."""
    query = holdings.port.QUERIES.get(message.query)
    if query is None:
        known = ", ".join(sorted(holdings.port.QUERIES))
        raise refused(Failure.INVALID_ARGUMENT, f"O5: there is no query {message.query!r}; there are {known}")
    arguments = message.arguments
    keywords = holdings.codec.decode(arguments).value if arguments.pickle or arguments.transfer_id else {}

    def ask(_slice_s: float) -> bool:
        try:
            payload = holdings.codec.encode(query(**keywords))
        # Ray raises errors of many types when the cluster does not answer; the client gets each as data.
        except BaseException as error:  # noqa: BLE001
            answer.failure(describe(error, holdings.codec))
        else:
            answer.value(payload)
        return True

    if answer.is_wanted:
        holdings.waits.start(ask)
