"""One suite, written against Ray's public API and run twice: on Ray itself, and through the client.

`RAY_CLIENT_CONFORMANCE=native` runs it in the cluster's environment with `ray`; the default runs it in the
laptop's, with `ray_client`.
A test that fails natively is a wrong test; one that passes natively and fails through the client is a bug.
"""
