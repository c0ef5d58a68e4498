# SPDX-License-Identifier: GPL-3.0-or-later
"""As speed.c, with Python's libraries: python.py LIBRARY SCHEMA MESSAGES SECONDS"""

import json
import sys
import time

library, schema_path, messages_path, seconds = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
with open(schema_path, encoding="utf-8") as file:
    schema = json.load(file)
with open(messages_path, encoding="utf-8") as file:
    messages = file.read().splitlines()

if library == "jsonschema":
    from jsonschema import Draft202012Validator

    validate = Draft202012Validator(schema).is_valid
else:
    import fastjsonschema

    # It knows drafts up to 7; this schema means the same there.
    compiled = fastjsonschema.compile({**schema, "$schema": "http://json-schema.org/draft-07/schema#"})

    def validate(message):
        compiled(message)
        return True


def measure(check):
    start = time.process_time()
    n = 0
    while True:
        for _ in range(5):
            for message in messages:
                if not check(json.loads(message)):
                    sys.exit(f"{message} is not valid")
                n += 1
        spent = time.process_time() - start
        if spent > seconds:
            return spent * 1e6 / n


print(json.dumps({"parse": measure(lambda message: True), "both": measure(validate)}))
