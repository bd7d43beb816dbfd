"""Run-time data: the records that virtual users work on."""

import csv
import os
import random

HERE = os.path.dirname(os.path.abspath(__file__))


def read_csv(path):
    with open(os.path.join(HERE, path), newline="") as file:
        return list(csv.DictReader(file))


class Endpoints:
    """URLs, of which any user may have any, any number of times."""

    def __init__(self, path):
        self.records = read_csv(path)

    def getRecord(self):
        return random.choice(self.records)


class PreviewsData:
    """Previews, used again and again, but each by one user at a time."""

    def __init__(self, path):
        self.records = {record["rowId"]: dict(record, ready=True) for record in read_csv(path)}

    def testRecord(self):
        """Whether a record is free. Does not take it."""
        return any(record["ready"] for record in self.records.values())

    def getRecord(self):
        """Takes a free record and locks it, or returns None."""
        for record in self.records.values():
            if record["ready"]:
                record["ready"] = False
                return record
        return None

    def setReady(self, row_id):
        """Frees a record for others."""
        self.records[row_id]["ready"] = True
