"""The constant application, and /slow: a page that waits for 0.4 seconds, as for a lock or an upload."""

import time

from bench.apps.constant import application as constant


def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(0.4)
    return constant(environ, start_response)
