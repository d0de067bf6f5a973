using Kestra.Hosting.Lanes.Remote;
using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;

namespace Kestra.Scheduler;

/// <summary>How a scheduler shares its database with others.</summary>
/// <param name="Owner">Names this process; unique.</param>
public sealed record SharedScheduler(IExecutionJournal Journal, IWorkerJobStore Jobs, IHints Hints, SchedulerShards Shards, string Owner);
