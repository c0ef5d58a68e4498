# SPDX-License-Identifier: GPL-3.0-or-later
"""A thousand clients in one process, a thousand broadcasts: nothing lost, order kept."""
import unittest

import crowd
import signalbox
import tap


class Thousand(unittest.TestCase):
    def test_a_thousand_clients_get_a_thousand_broadcasts(self):
        with signalbox.Server() as server:
            crowd.check(self, server)


if __name__ == "__main__":
    tap.main()
