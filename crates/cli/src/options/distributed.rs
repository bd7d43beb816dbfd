//! Masters and workers.

use super::{BASE, Bound, FLAG, Group, Kind, OptionRow};
use crate::options::DefaultValue::{Integer, Text};

const MASTER: OptionRow = OptionRow {
    group: Group::Master,
    ..BASE
};
const MASTER_FLAG: OptionRow = OptionRow {
    group: Group::Master,
    ..FLAG
};
const WORKER: OptionRow = OptionRow {
    group: Group::Worker,
    ..BASE
};
const WORKER_FLAG: OptionRow = OptionRow {
    group: Group::Worker,
    ..FLAG
};

pub(super) const ROWS: &[OptionRow] = &[
    OptionRow {
        flags: &["--master"],
        dest: "master",
        env: Some("MODE_MASTER"),
        help: "Lead workers that connect to this process",
        ..MASTER_FLAG
    },
    OptionRow {
        flags: &["--master-bind-host"],
        dest: "master_bind_host",
        env: Some("MASTER_BIND_HOST"),
        default: Text("127.0.0.1"),
        metavar: Some("<ip>"),
        help: "Address the master listens on; * means every interface [default: 127.0.0.1]",
        ..MASTER
    },
    OptionRow {
        flags: &["--master-bind-port"],
        dest: "master_bind_port",
        env: Some("MASTER_BIND_PORT"),
        kind: Kind::Integer,
        default: Integer(5557),
        metavar: Some("<port>"),
        help: "Port the master listens on [default: 5557]",
        ..MASTER
    },
    OptionRow {
        flags: &["--expect-workers"],
        dest: "expect_workers",
        env: Some("EXPECT_WORKERS"),
        kind: Kind::Integer,
        default: Integer(1),
        bound: Bound::AtLeastOne,
        metavar: Some("<int>"),
        help: "With --headless or --autostart: start once so many workers have connected [default: 1]",
        ..MASTER
    },
    OptionRow {
        flags: &["--expect-workers-max-wait"],
        dest: "expect_workers_max_wait",
        env: Some("EXPECT_WORKERS_MAX_WAIT"),
        kind: Kind::Integer,
        default: Integer(0),
        metavar: Some("<seconds>"),
        help: "Give up waiting for workers after so many seconds; 0 waits for ever [default: 0]",
        ..MASTER
    },
    OptionRow {
        flags: &["--enable-rebalancing"],
        dest: "enable_rebalancing",
        help: "Spread users anew when workers come or go during a test; always so, and at the spawn rate",
        ..MASTER_FLAG
    },
    OptionRow {
        flags: &["--cluster-key"],
        dest: "cluster_key",
        env: Some("CLUSTER_KEY"),
        metavar: Some("<file>"),
        help: "For master and workers: take part only with those who have this key, and encrypt everything; \
               'katydid cluster-key <file>' makes one",
        ..MASTER
    },
    OptionRow {
        flags: &["--expect-slaves"],
        dest: "expect_slaves",
        hidden: true,
        retired: Some("use --expect-workers instead"),
        help: "The old name of --expect-workers",
        ..MASTER_FLAG
    },
    OptionRow {
        flags: &["--worker"],
        dest: "worker",
        env: Some("MODE_WORKER"),
        help: "Run users for a master; with '-f -' the master also hands over the test",
        ..WORKER_FLAG
    },
    OptionRow {
        flags: &["--processes"],
        dest: "processes",
        env: Some("PROCESSES"),
        kind: Kind::Integer,
        metavar: Some("<int>"),
        help: "Worker processes to start on this machine; -1 means one per core",
        ..WORKER
    },
    OptionRow {
        flags: &["--slave"],
        dest: "slave",
        hidden: true,
        retired: Some("use --worker instead"),
        help: "The old name of --worker",
        ..WORKER_FLAG
    },
    OptionRow {
        flags: &["--master-host"],
        dest: "master_host",
        env: Some("MASTER_NODE_HOST"),
        default: Text("127.0.0.1"),
        metavar: Some("<hostname>"),
        help: "Where a worker finds its master [default: 127.0.0.1]",
        ..WORKER
    },
    OptionRow {
        flags: &["--master-port"],
        dest: "master_port",
        env: Some("MASTER_NODE_PORT"),
        kind: Kind::Integer,
        default: Integer(5557),
        metavar: Some("<port>"),
        help: "Port of that master [default: 5557]",
        ..WORKER
    },
];
