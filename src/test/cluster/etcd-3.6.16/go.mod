// What the test cluster builds etcd-3.6.16 from; io.appmetrics.operator.cluster.program.Binaries has the packages and flags.
module appmetrics.io/test-cluster/etcd
go 1.26.0
require go.etcd.io/etcd/server/v3 v3.6.16
