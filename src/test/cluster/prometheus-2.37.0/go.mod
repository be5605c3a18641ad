// What the test cluster builds prometheus-2.37.0 from; io.appmetrics.operator.cluster.program.Binaries has the packages and flags.
module appmetrics.io/test-cluster/prometheus
go 1.26.0
require github.com/prometheus/prometheus v0.37.0
replace (
	k8s.io/klog => github.com/simonpasquier/klog-gokit v0.3.0
	k8s.io/klog/v2 => github.com/simonpasquier/klog-gokit/v3 v3.0.0
)
