using Kestra.Hosting.Lanes;
using Kestra.Model.Flows;
using Kestra.Model.Logs;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>The logs of triggers. A line that finds no room is left out: a schedule must not wait for its log.</summary>
internal sealed class TriggerLog(ILogSink sink, TimeProvider time)
{
    public void Write(Flow flow, TriggerDefinition definition, LogLevel level, string message)
    {
        if (level > (definition.LogLevel ?? LogLevel.TRACE))
        {
            return;
        }

        sink.TryWrite(new LogEntry
        {
            TenantId = flow.TenantId,
            Namespace = flow.Namespace,
            FlowId = flow.Id,
            TriggerId = definition.Id,
            Timestamp = Instant.FromDateTimeOffset(time.GetUtcNow()),
            Level = level,
            Message = message,
        });
    }
}
