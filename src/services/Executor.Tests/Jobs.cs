using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using NodaTime;

namespace Kestra.Executor.Tests;

/// <summary>Jobs that wait and never run, so what they would run is not needed.</summary>
internal static class Jobs
{
    public static WorkerJob Of(int number) => new()
    {
        TenantId = Tenants.Default,
        Namespace = "company",
        FlowId = "flow",
        FlowRevision = 1,
        ExecutionId = $"e{number}",
        TaskRun = new TaskRun { TenantId = Tenants.Default, Id = $"run{number}", ExecutionId = $"e{number}", Namespace = "company", FlowId = "flow", TaskId = "t", State = State.Of(StateType.CREATED, Instant.FromUtc(2026, 1, 1, 0, 0)) },
        Attempt = 0,
        Task = null!,
        Plugin = null!,
        Program = null!,
        Variables = new Dictionary<string, object?>(StringComparer.Ordinal),
    };
}
