"""Imported by the fork server alone, before anything else.

What ends a service or a job may signal all of its processes at once. The fork server must outlive the gateway's drain:
its end would look like the end of every driver. It ends with the gateway in any case.
"""

import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
