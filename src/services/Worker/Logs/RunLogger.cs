using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Logs;
using Kestra.Plugins;
using NodaTime;

namespace Kestra.Worker.Logs;

/// <summary>Writes the log of one run: drops what is below the task's level, masks secrets, cuts long messages.</summary>
internal sealed class RunLogger(RunIdentity run, LogLevel minimum, ILogSink sink, SecretMask mask, WorkerOptions options, TimeProvider time) : IRunLogger
{
    private readonly string thread = $"worker_{run.Slot}";

    public void Log(LogLevel level, string message)
    {
        // ERROR is the first name and TRACE the last: a greater value is less severe.
        if (level > minimum)
        {
            return;
        }

        var masked = mask.Apply(message);
        var length = options.LogMessageLength;
        if (masked.Length <= length)
        {
            Write(level, masked);
            return;
        }

        var parts = 0;
        for (var start = 0; start < masked.Length; start += length)
        {
            if (++parts > options.LogMessageParts)
            {
                Write(level, $"… {masked.Length - start} more characters were cut off");
                return;
            }

            Write(level, masked.Substring(start, Math.Min(length, masked.Length - start)));
        }
    }

    private void Write(LogLevel level, string message)
    {
        var entry = new LogEntry
        {
            TenantId = run.TenantId,
            Namespace = run.Namespace,
            FlowId = run.FlowId,
            TaskId = run.TaskRun?.TaskId,
            ExecutionId = run.ExecutionId,
            TaskRunId = run.TaskRun?.Id,
            AttemptNumber = run.Attempt,
            TriggerId = run.TriggerId,
            Timestamp = Instant.FromDateTimeOffset(time.GetUtcNow()),
            Level = level,
            Thread = thread,
            Message = message,
            ExecutionKind = run.Kind,
        };
        if (!sink.TryWrite(entry))
        {
            // The database is behind: the task waits for it, on its own thread, rather than filling the memory.
            sink.WriteAsync(entry, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
    }
}

/// <summary>What identifies the lines of a run.</summary>
internal sealed record RunIdentity(string TenantId, string Namespace, string FlowId, int? FlowRevision, string? ExecutionId, TaskRun? TaskRun, int? Attempt, string? TriggerId, ExecutionKind? Kind, int Slot);
