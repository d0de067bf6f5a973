using System.Text;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Model.Logs;
using Kestra.Model.Triggers;
using Kestra.Storage.Executions;
using Kestra.Storage.Flows;
using NodaTime;

namespace Kestra.Conformance;

/// <summary>Objects with sensible values, from the few that a test is about.</summary>
internal static class Samples
{
    public static readonly Instant Noon = Instant.FromUtc(2026, 5, 4, 12, 0);

    /// <summary>An id that no other test uses, because a database may know executions by id alone.</summary>
    public static string Id(string name) => name + Guid.NewGuid().ToString("N")[..10];

    public static Execution Execution(
        string tenant,
        string id,
        StateType state = StateType.RUNNING,
        Instant? start = null,
        Duration? duration = null,
        string @namespace = "company.team",
        string flow = "hello",
        IReadOnlyList<Label>? labels = null,
        ExecutionKind? kind = null,
        string? parent = null,
        ExecutionTrigger? trigger = null)
    {
        var history = State.Created(start ?? Noon);
        return new Execution
        {
            TenantId = tenant,
            Id = id,
            Namespace = @namespace,
            FlowId = flow,
            FlowRevision = 1,
            State = state == StateType.CREATED ? history : history.With(state, (start ?? Noon) + (duration ?? Duration.FromSeconds(1))),
            Labels = labels,
            Kind = kind,
            ParentId = parent,
            OriginalId = parent ?? id,
            Trigger = trigger,
        };
    }

    public static ExecutionTrigger StartedBy(string triggerId, string executionId) =>
        new(triggerId, "io.kestra.plugin.core.trigger.Flow", new Dictionary<string, object?>(StringComparer.Ordinal) { ["executionId"] = executionId });

    public static ExecutionSnapshot Snapshot(Execution execution, long position = 1, bool ended = false) => new()
    {
        TenantId = execution.TenantId,
        Id = execution.Id,
        Namespace = execution.Namespace,
        FlowId = execution.FlowId,
        FlowRevision = execution.FlowRevision,
        State = execution.State.Current,
        StartDate = execution.State.StartDate,
        EndDate = execution.State.EndDate,
        Duration = execution.State.EndDate is { } end ? end - execution.State.StartDate : null,
        Labels = execution.Labels ?? [],
        Kind = execution.Kind,
        ParentId = execution.ParentId,
        OriginalId = execution.OriginalId,
        TriggerId = execution.Trigger?.Id,
        TriggerExecutionId = execution.Trigger?.Variables?.GetValueOrDefault("executionId") as string,
        Position = position,
        Ended = ended,
        Document = ModelJson.Serialize(execution, JsonProfile.Database),
    };

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    public static NewFlowRevision Flow(
        string tenant,
        string id,
        string @namespace = "company.team",
        string? source = null,
        bool deleted = false,
        bool disabled = false,
        IReadOnlyList<Label>? labels = null) => new(
            tenant,
            @namespace,
            id,
            deleted,
            disabled,
            labels ?? [],
            source ?? $"id: {id}\nnamespace: {@namespace}\n",
            revision => ModelJson.SerializeValue(FlowDocument(tenant, id, @namespace, revision, deleted, disabled, labels), JsonProfile.Database));

    public static LogEntry Log(
        string tenant,
        string message,
        string? execution = null,
        LogLevel level = LogLevel.INFO,
        Instant? timestamp = null,
        string @namespace = "company.team",
        string flow = "hello",
        string? task = null,
        string? taskRun = null,
        int? attempt = null,
        string? trigger = null,
        ExecutionKind? kind = null) => new()
        {
            TenantId = tenant,
            Namespace = @namespace,
            FlowId = flow,
            TaskId = task,
            ExecutionId = execution,
            TaskRunId = taskRun,
            AttemptNumber = attempt,
            TriggerId = trigger,
            Timestamp = timestamp ?? Noon,
            Level = level,
            Thread = "worker_1",
            Message = message,
            ExecutionKind = kind,
        };

    public static MetricEntry Metric(string tenant, string execution, string name, string task = "task", string taskRun = "run", double value = 1.5, Instant? timestamp = null) =>
        new(tenant, "company.team", "hello", task, execution, taskRun, MetricType.counter, name, value, timestamp ?? Noon, new Dictionary<string, string>(StringComparer.Ordinal) { ["kind"] = "test" });

    public static Trigger Trigger(string tenant, string id, string @namespace = "company.team", string flow = "hello", Instant? next = null, string? execution = null, string? worker = null) => new()
    {
        TenantId = tenant,
        Namespace = @namespace,
        FlowId = flow,
        TriggerId = id,
        Date = Noon.InUtc(),
        NextExecutionDate = next?.InUtc(),
        ExecutionId = execution,
        WorkerId = worker,
    };

    private static OrderedDictionary<string, object?> FlowDocument(string tenant, string id, string @namespace, int revision, bool deleted, bool disabled, IReadOnlyList<Label>? labels)
    {
        var document = new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["id"] = id, ["namespace"] = @namespace, ["revision"] = (long)revision };
        if (labels is not null)
        {
            document["labels"] = labels.Select(static label => (object?)new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["key"] = label.Key, ["value"] = label.Value }).ToList();
        }

        document["disabled"] = disabled;
        document["deleted"] = deleted;
        document["tenantId"] = tenant;
        return document;
    }
}
