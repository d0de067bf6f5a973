using Kestra.Engine;
using Kestra.Hosting.Triggers;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>Builds the executions of what triggers tell of, within a limited time.</summary>
internal sealed class EventCommands(TriggerExecutions executions, SchedulerOptions options, TimeProvider time)
{
    public async Task<Command.Create> BuildAsync(TriggerEvent happening, CancellationToken cancellationToken)
    {
        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timeout = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), limit, options.RenderTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            return await executions.BuildAsync(happening, now, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var late = happening with { Failure = $"The inputs and labels of the trigger '{happening.Definition.Id}' took longer than {options.RenderTimeout.TotalSeconds} s" };
            return await executions.BuildAsync(late, now, cancellationToken);
        }
    }
}
