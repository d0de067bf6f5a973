using Kestra.Executor.Loop;
using Kestra.Storage.Executions;

namespace Kestra.Executor.Partitions;

/// <summary>A partition whose lease was taken, with all that was open in it.</summary>
internal sealed record GainedPartition(PartitionLease Lease, PartitionContents Contents, IReadOnlyList<ActiveExecution> Executions);
