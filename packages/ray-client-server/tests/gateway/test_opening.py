"""Opening sessions (docs/protocol.md, rules H1 to H4)."""

from __future__ import annotations

import json
import time
from importlib.metadata import version

import grpc
import pytest

from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_server.config import Limits

STAGES = pb.OpenSessionProgress


def test_h4_the_stages_come_in_order_and_the_last_one_has_the_session(rig):
    *stages, last = rig.stub.OpenSession(rig.request(namespace="mine", lease_s=7))
    assert [progress.stage for progress in stages] == [STAGES.QUEUED, STAGES.STARTING_DRIVER]
    opened = last.opened
    assert last.stage == STAGES.READY
    assert (len(opened.session_id), len(opened.secret), opened.lease_s) == (36, 32, 7)
    assert (opened.job_id, opened.node_id, opened.namespace) == ("0a", "0b", "space")
    assert opened.server.ray_version == "2.60.0" and opened.server.sessions == 1


def test_h1_the_answer_has_what_both_sides_can(rig):
    opened = rig.open()
    assert opened.protocol == 1
    assert opened.capabilities == ["bulk"]
    assert opened.limits.message_bytes == 16 << 20


@pytest.mark.parametrize(
    ("said", "agreed"), [(["local"], ["bulk"]), (["local", "option_checks", "x"], ["bulk", "option_checks"])]
)
def test_h1_what_needs_the_driver_is_agreed_on_only_if_it_says_so(rig, said, agreed):
    rig.script.capabilities = said
    client = pb.ClientInfo(protocol=pb.ProtocolRange(oldest=1, newest=1), capabilities=["bulk", "option_checks", "x"])
    assert rig.open(client=client).capabilities == agreed


@pytest.mark.parametrize(("said", "release"), [(None, "0.1.0"), (["option_checks", "tunnel"], "0.2.0")])
def test_a_driver_of_an_environment_that_serves_grpc_is_refused_with_both_releases(rig, refused, said, release):
    rig.script.capabilities = said
    status, failure = refused(lambda: rig.stub.OpenSession(rig.request(runtime_env_json='{"conda": "old"}')))
    assert (status, failure.code) == (grpc.StatusCode.FAILED_PRECONDITION, Failure.RUNTIME_ENV_FAILED)
    assert f"has ray-client-server {release}, " in failure.message
    assert version("ray-client-server") in failure.message and "pip install" in failure.message
    rig.until(lambda: rig.sessions == [])


def test_h5_who_can_is_told_where_the_driver_itself_listens(rig):
    client = pb.ClientInfo(protocol=pb.ProtocolRange(oldest=1, newest=1), capabilities=["local"])
    assert rig.open(client=client).direct_target == f"unix:{rig.drivers[0].settings.socket_path}"
    client = pb.ClientInfo(protocol=pb.ProtocolRange(oldest=1, newest=1), capabilities=["direct", "tunnel"])
    opened = rig.open(client=client)  # as releases before 0.3.0 ask for
    assert (opened.direct_target, list(opened.capabilities)) == ("", [])


def test_h2_ranges_that_do_not_meet_are_refused_and_nothing_is_started(rig, refused):
    client = pb.ClientInfo(version="9.9", protocol=pb.ProtocolRange(oldest=7, newest=9))
    status, failure = refused(lambda: rig.stub.OpenSession(rig.request(client=client)))
    assert (status, failure.code) == (grpc.StatusCode.FAILED_PRECONDITION, Failure.INCOMPATIBLE_VERSION)
    assert failure.details["client_protocol"] == "7-9" and failure.details["server_protocol"] == "1-1"
    assert failure.details["client_version"] == "9.9" and failure.details["server_version"]
    assert failure.message.index('ray-client-server~=9.9"') < failure.message.index('"ray-client~=')
    assert rig.drivers == []


@pytest.mark.parametrize("version", ["9.9; rm -rf /", "9", "", "9.9.dev0\n"])
def test_h2_nothing_that_a_client_made_up_goes_into_a_command(rig, refused, version):
    client = pb.ClientInfo(version=version, protocol=pb.ProtocolRange(oldest=7, newest=9))
    _, failure = refused(lambda: rig.stub.OpenSession(rig.request(client=client)))
    assert "`pip install --upgrade ray-client-server`" in failure.message


def test_past_the_limit_of_sessions_the_answer_names_limit_and_flag_at_once(rig, refused):
    rig.open(), rig.open()
    began = time.monotonic()
    status, failure = refused(lambda: rig.stub.OpenSession(rig.request()))
    assert time.monotonic() - began < 1
    assert (status, failure.code) == (grpc.StatusCode.RESOURCE_EXHAUSTED, Failure.LIMIT_EXCEEDED)
    assert dict(failure.details) == {"limit": "sessions", "value": "2", "flag": "--limit-sessions"}


def test_a_session_that_ended_makes_room(rig):
    first, _ = rig.open(), rig.open()
    rig.stub.CloseSession(pb.CloseSessionRequest(), metadata=rig.identity(first))
    rig.open()


@pytest.mark.parametrize(
    ("lease_s", "code"),
    [(-1.0, Failure.INVALID_ARGUMENT), (float("nan"), Failure.INVALID_ARGUMENT), (1e9, Failure.LIMIT_EXCEEDED)],
)
def test_a_lease_must_be_a_length_of_time_within_the_limit(rig, refused, lease_s, code):
    assert refused(lambda: rig.stub.OpenSession(rig.request(lease_s=lease_s)))[1].code == code


def test_h4_a_driver_that_is_not_ready_in_time_is_ended(rig, refused):
    rig.script.gets_ready = False
    _, failure = refused(lambda: rig.stub.OpenSession(rig.request()))
    assert failure.code == Failure.LIMIT_EXCEEDED and failure.details["flag"] == "--limit-handshake-s"
    rig.until(lambda: rig.drivers[0]._exit.done())
    assert rig.sessions == []


def test_h4_an_environment_that_is_not_built_in_time_is_given_up(make_rig, refused):
    rig = make_rig(limits=Limits(environment_s=0.1, driver_end_s=0.5))
    rig.script.gets_ready = False
    _, failure = refused(lambda: rig.stub.OpenSession(rig.request(runtime_env_json='{"pip": ["x"]}'), timeout=20))
    assert failure.code == Failure.LIMIT_EXCEEDED and failure.details["flag"] == "--limit-environment-s"
    rig.until(lambda: rig.drivers[0]._exit.done())
    assert rig.sessions == []


def test_h4_a_cancelled_open_is_undone(rig):
    rig.script.gets_ready = False
    call = rig.stub.OpenSession(rig.request())
    assert next(call).stage == STAGES.QUEUED
    assert next(call).stage == STAGES.STARTING_DRIVER
    call.cancel()
    rig.until(lambda: rig.sessions == [] and rig.drivers and rig.drivers[0]._exit.done())


@pytest.mark.parametrize("code", ["RUNTIME_ENV_FAILED", "CLUSTER_UNREACHABLE", "DRIVER_FAILED"])
def test_what_a_driver_reports_before_it_is_ready_reaches_the_client(rig, refused, code):
    rig.script.failure = {"code": code, "message": "first line\nsecond", "type_name": "some.Error"}
    _, failure = refused(lambda: rig.stub.OpenSession(rig.request()))
    assert Failure.Code.Name(failure.code) == code
    assert failure.message == "first line\nsecond" and failure.details["type_name"] == "some.Error"
    assert rig.sessions == []


def test_a_driver_that_dies_before_it_says_hello_is_a_failure(rig, refused):
    rig.script.dies_at_once = True
    status, failure = refused(lambda: rig.stub.OpenSession(rig.request()))
    assert (status, failure.code) == (grpc.StatusCode.ABORTED, Failure.DRIVER_FAILED)
    assert "exit code 1" in failure.message


def test_a_long_failure_is_cut_to_what_trailing_metadata_can_carry(rig, refused):
    rig.script.failure = {"code": "RUNTIME_ENV_FAILED", "message": "begin " + "x" * 100_000 + " end"}
    _, failure = refused(lambda: rig.stub.OpenSession(rig.request()))
    assert failure.message.startswith("begin") and failure.message.endswith("end") and len(failure.message) < 5000


def test_the_driver_is_told_what_the_client_asked_for(rig):
    environment = {"env_vars": {"A": "1"}}
    opened = rig.open(
        namespace="n", job_metadata={"k": "v"}, lease_s=9, logging_level=10, runtime_env_json=json.dumps(environment)
    )
    told = rig.drivers[0].settings
    assert (told.session_id, told.secret_hex) == (opened.session_id, opened.secret.hex())
    assert (told.namespace, told.job_metadata, told.lease_s, told.logging_level) == ("n", {"k": "v"}, 9, 10)
    assert told.runtime_env == environment and rig.launched == [False]


def test_an_environment_that_needs_building_is_announced_and_launched(rig):
    *stages, _ = rig.stub.OpenSession(rig.request(runtime_env_json='{"pip": ["toolz"]}'))
    assert [progress.stage for progress in stages] == [STAGES.QUEUED, STAGES.BUILDING_ENVIRONMENT]
    assert rig.launched == [True]


@pytest.mark.parametrize("text", ["{", "[]", '{"py_modules": 1}', '{"working_dir": "package://../../etc"}'])
def test_an_environment_that_makes_no_sense_is_refused(rig, refused, text):
    assert refused(lambda: rig.stub.OpenSession(rig.request(runtime_env_json=text)))[1].code == Failure.INVALID_ARGUMENT
    assert rig.sessions == [] and rig.drivers == []


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_h7_a_job_config_that_is_none_is_refused_and_nothing_is_started(rig, refused, text):
    status, failure = refused(lambda: list(rig.stub.OpenSession(rig.request(job_config_json=text))))
    assert (status, failure.code) == (grpc.StatusCode.INVALID_ARGUMENT, Failure.INVALID_ARGUMENT)
    assert "job_config_json" in failure.message
    assert rig.drivers == []


def test_h7_the_driver_is_told_of_the_job(rig):
    rig.open(job_config_json='{"arguments": {"code_search_path": ["/c"]}}')
    [driver] = rig.drivers
    assert driver.settings.job_config == {"arguments": {"code_search_path": ["/c"]}}


HUGE = "x" * (4 << 20)


@pytest.mark.parametrize("fields", [{"runtime_env_json": HUGE}, {"client": pb.ClientInfo(user=HUGE)}])
def test_a_request_that_is_too_large_is_refused_before_it_is_parsed(rig, refused, fields):
    _, failure = refused(lambda: rig.stub.OpenSession(rig.request(**fields)))
    assert (failure.code, failure.details["flag"]) == (Failure.LIMIT_EXCEEDED, "--limit-request-bytes")
    raw = rig.channel.unary_unary("/ray_client.v1.Gateway/GetServerInfo")
    assert refused(lambda: raw(b"\xff" * (5 << 20)))[1].code == Failure.LIMIT_EXCEEDED
    assert rig.drivers == []


def test_of_what_a_client_says_of_itself_little_is_kept(rig):
    who = {"user": "u" * 100_000, "hostname": "\x1b[2J", "pid": 7, "python_version": "3" * 10_000}
    rig.open(client=pb.ClientInfo(protocol=pb.ProtocolRange(oldest=1, newest=1), **who))
    (summary,) = rig.stub.ListSessions(pb.ListSessionsRequest()).sessions
    assert summary.client.pid == 7 and summary.ByteSize() < 2000


def test_a_namespace_with_a_very_long_name_is_refused(rig, refused):
    failure = refused(lambda: rig.stub.OpenSession(rig.request(namespace="n" * 257)))[1]
    assert failure.code == Failure.INVALID_ARGUMENT


def test_why_a_session_ended_is_short_and_does_nothing(rig, refused):
    opened = rig.open()
    rig.script.obeys = True

    async def end():
        rig.gateway._lifecycle.end(rig.sessions[0], "\x1b[31m" + "r" * 100_000)

    rig.do(end())
    failure = refused(lambda: rig.stub.CloseSession(pb.CloseSessionRequest(), metadata=rig.identity(opened)))[1]
    assert failure.details["reason"].startswith(r"\x1b[31mrrr") and len(failure.details["reason"]) < 1100
    rig.until(lambda: rig.drivers[0].orders)
    assert rig.drivers[0].orders[0]["reason"] == failure.details["reason"]


@pytest.mark.parametrize("field", ["runtime_env_json", "job_config_json"])
def test_json_that_is_nested_without_end_is_refused(rig, refused, field):
    failure = refused(lambda: rig.stub.OpenSession(rig.request(**{field: "[" * 1_000_000})))[1]
    assert failure.code == Failure.INVALID_ARGUMENT
