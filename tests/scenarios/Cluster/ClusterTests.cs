namespace Kestra.Scenarios.Cluster;

/// <summary>Tests of several processes run one after the other: each has a clock that stands still while anybody works.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ClusterTests
{
    public const string Name = "cluster";
}
