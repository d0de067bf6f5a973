using Kestra.Expressions;
using Kestra.Model.Executions;
using Kestra.Model.Identifiers;
using Kestra.Model.Logs;
using NodaTime;

namespace Kestra.Plugins.Testing;

/// <summary>
/// A run context that lives in memory, apart from its working directory, which is a temporary folder until it is disposed.
/// Variables are set by their top-level names, as expressions see them.
/// </summary>
public sealed class TestRunContext : IRunContext, IRunLogger, IRunMetrics, IDisposable
{
    private readonly OrderedDictionary<string, object?> variables;
    private readonly Dictionary<Type, object> services = [];
    private readonly Dictionary<string, TestKeyValues> keyValues = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private readonly List<TestLog> logs = [];
    private readonly List<TestMetric> metrics = [];
    private readonly TestWorkingDirectory workingDirectory;

    /// <param name="time">The clock; the machine's when null.</param>
    /// <param name="expressions">Null is an engine without limits of its own.</param>
    public TestRunContext(TimeProvider? time = null, ExpressionEngine? expressions = null)
    {
        Time = time ?? TimeProvider.System;
        Expressions = expressions ?? new ExpressionEngine();
        workingDirectory = new TestWorkingDirectory(Ids);
        Storage = new TestStorage(this);
        TaskRun = new TaskRun
        {
            TenantId = TenantId,
            Id = "run",
            ExecutionId = "execution",
            Namespace = Namespace,
            FlowId = FlowId,
            TaskId = "task",
            State = State.Created(((IRunContext)this).Now),
        };
        variables = new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["flow"] = new OrderedDictionary<string, object?> { ["id"] = FlowId, ["namespace"] = Namespace, ["tenantId"] = TenantId, ["revision"] = 1 },
            ["execution"] = new OrderedDictionary<string, object?> { ["id"] = "execution" },
            ["task"] = new OrderedDictionary<string, object?> { ["id"] = "task" },
            ["taskrun"] = new OrderedDictionary<string, object?> { ["id"] = "run" },
        };
    }

    public string TenantId => "main";

    public string Namespace { get; init; } = "company.team";

    public string FlowId { get; init; } = "flow";

    public int? FlowRevision => 1;

    public string? ExecutionId => TaskRun?.ExecutionId;

    public TaskRun? TaskRun { get; set; }

    public ExecutionKind? Kind => null;

    public ExpressionEngine Expressions { get; }

    public IReadOnlyDictionary<string, object?> Variables => variables;

    public IRunLogger Logger => this;

    public IRunMetrics Metrics => this;

    public IWorkingDirectory WorkingDirectory => workingDirectory;

    /// <summary>Files in memory, by address.</summary>
    public TestStorage Storage { get; }

    IRunStorage IRunContext.Storage => Storage;

    public TimeProvider Time { get; }

    public IIdSource Ids { get; } = new RandomIdSource();

    public IReadOnlyDictionary<string, object?> PluginConfiguration { get; set; } = new OrderedDictionary<string, object?>();

    /// <summary>What was logged so far.</summary>
    public IReadOnlyList<TestLog> Logs
    {
        get
        {
            lock (gate)
            {
                return [.. logs];
            }
        }
    }

    /// <summary>What was measured so far.</summary>
    public IReadOnlyList<TestMetric> RecordedMetrics
    {
        get
        {
            lock (gate)
            {
                return [.. metrics];
            }
        }
    }

    /// <summary>Secrets that logs would hide.</summary>
    public List<string> Masked { get; } = [];

    /// <summary>Sets a top-level variable.</summary>
    public TestRunContext With(string name, object? value)
    {
        variables[name] = value;
        return this;
    }

    /// <summary>Offers a service of the host.</summary>
    public TestRunContext WithService<T>(T service)
        where T : class
    {
        services[typeof(T)] = service;
        return this;
    }

    public TestKeyValues KeyValues(string? @namespace = null)
    {
        var name = @namespace ?? Namespace;
        return keyValues.TryGetValue(name, out var known) ? known : keyValues[name] = new TestKeyValues(Time);
    }

    INamespaceKeyValues IRunContext.KeyValues(string? @namespace) => KeyValues(@namespace);

    public INamespaceFiles NamespaceFiles(string? @namespace = null) => new TestNamespaceFiles(Storage, @namespace ?? Namespace);

    public string? Render(string? text, IReadOnlyDictionary<string, object?>? more = null) => text is null ? null : Expressions.Render(text, Scope(more));

    public object? RenderValue(object? value, IReadOnlyDictionary<string, object?>? more = null) => Expressions.RenderValue(value, Scope(more), recursive: false);

    public object? RenderTyped(string? text, IReadOnlyDictionary<string, object?>? more = null) => text is null ? null : Expressions.RenderTyped(text, Scope(more));

    /// <summary>Stands for encryption: the text is only marked.</summary>
    public IReadOnlyDictionary<string, object?> Protect(string text) =>
        new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["value"] = $"encrypted:{text}", ["type"] = "io.kestra.datatype:aes_encrypted" };

    public void MaskInLogs(string secret) => Masked.Add(secret);

    public T Service<T>()
        where T : class => services.TryGetValue(typeof(T), out var service) ? (T)service : throw new InvalidOperationException($"The test offers no {typeof(T).Name}; give one with {nameof(WithService)}.");

    void IRunLogger.Log(LogLevel level, string message)
    {
        lock (gate)
        {
            logs.Add(new TestLog(level, message));
        }
    }

    void IRunMetrics.Counter(string name, double value, params ReadOnlySpan<KeyValuePair<string, string>> tags) => Add(MetricType.counter, name, value, tags);

    void IRunMetrics.Timer(string name, Duration value, params ReadOnlySpan<KeyValuePair<string, string>> tags) => Add(MetricType.timer, name, value.TotalMilliseconds, tags);

    public void Dispose() => workingDirectory.Dispose();

    private void Add(MetricType type, string name, double value, ReadOnlySpan<KeyValuePair<string, string>> tags)
    {
        var map = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, text) in tags)
        {
            map[key] = text;
        }

        lock (gate)
        {
            metrics.Add(new TestMetric(type, name, value, map));
        }
    }

    private RenderContext Scope(IReadOnlyDictionary<string, object?>? more)
    {
        if (more is null)
        {
            return new RenderContext(variables);
        }

        var merged = new OrderedDictionary<string, object?>(variables, StringComparer.Ordinal);
        foreach (var (key, value) in more)
        {
            merged[key] = value;
        }

        return new RenderContext(merged);
    }
}
