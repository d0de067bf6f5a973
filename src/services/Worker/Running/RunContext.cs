using System.Reflection;
using Kestra.Engine.Variables;
using Kestra.Expressions;
using Kestra.Hosting.Encryption;
using Kestra.Model.Executions;
using Kestra.Model.Identifiers;
using Kestra.Plugins;
using Kestra.Plugins.Tasks;
using Kestra.Worker.Logs;

namespace Kestra.Worker.Running;

/// <summary>The context of one run on this worker.</summary>
internal sealed class RunContext(
    RunIdentity run,
    IReadOnlyDictionary<string, object?> variables,
    RunServices services,
    IRunLogger logger,
    IRunMetrics metrics,
    SecretMask mask,
    IWorkingDirectory workingDirectory,
    IReadOnlyDictionary<string, object?> pluginConfiguration,
    CancellationToken cancellationToken) : IRunContext
{
    private readonly Lazy<IExpressionHost> host = new(() => services.ExpressionHost(run.Namespace, run.TenantId, run.FlowId, run.ExecutionId, mask.Add));
    private readonly IReadOnlyDictionary<string, object?> clear = Clear(variables, services, mask);
    private readonly Lazy<IRunStorage> storage = new(() => new RunStorage(run, services.Objects, services.AllowedPaths));

    public string TenantId => run.TenantId;
    public string Namespace => run.Namespace;
    public string FlowId => run.FlowId;
    public int? FlowRevision => run.FlowRevision;
    public string? ExecutionId => run.ExecutionId;
    public TaskRun? TaskRun => run.TaskRun;
    public ExecutionKind? Kind => run.Kind;
    public IReadOnlyDictionary<string, object?> Variables => clear;
    public IRunLogger Logger => logger;
    public IRunMetrics Metrics => metrics;
    public IWorkingDirectory WorkingDirectory => workingDirectory;
    public IRunStorage Storage => storage.Value;
    public TimeProvider Time => services.Time;
    public IIdSource Ids => services.Ids;
    public IReadOnlyDictionary<string, object?> PluginConfiguration => pluginConfiguration;

    public INamespaceKeyValues KeyValues(string? @namespace = null) => services.KeyValues(run.TenantId, @namespace ?? run.Namespace);

    public INamespaceFiles NamespaceFiles(string? @namespace = null) => new RunNamespaceFiles(services.Objects, run.TenantId, @namespace ?? run.Namespace);

    public IReadOnlyDictionary<string, object?> Protect(string text) => services.Encryption is { } encryption
        ? encryption.Protect(text)
        : throw new InvalidOperationException("Encryption is not configured. Set `kestra.encryption.secret-key` to the Base64 text of 32 random bytes.");

    public string? Render(string? text, IReadOnlyDictionary<string, object?>? more = null) =>
        text is null ? null : services.Expressions.Render(text, Scope(more));

    public object? RenderValue(object? value, IReadOnlyDictionary<string, object?>? more = null) =>
        services.Expressions.RenderValue(value, Scope(more), recursive: false);

    public object? RenderTyped(string? text, IReadOnlyDictionary<string, object?>? more = null) =>
        text is null ? null : services.Expressions.RenderTyped(text, Scope(more));

    public void MaskInLogs(string secret) => mask.Add(secret);

    public T Service<T>() where T : class => services.PluginServices.GetService(typeof(T)) as T
        ?? throw new InvalidOperationException($"This worker does not offer {typeof(T).Name} to plugins.");

    // A secret may reach a log through another task's output, so that those of the inputs are hidden whether this run looks at them or not.
    private static IReadOnlyDictionary<string, object?> Clear(IReadOnlyDictionary<string, object?> variables, RunServices services, SecretMask mask)
    {
        if (services.Encryption is not { } encryption)
        {
            return variables;
        }

        var decrypted = DecryptedVariables.Of(variables, encryption.Decrypt, mask.Add);
        Visit(decrypted.GetValueOrDefault("inputs"));
        return decrypted;
    }

    private static void Visit(object? value)
    {
        if (value is IReadOnlyDictionary<string, object?> map)
        {
            foreach (var item in map.Values)
            {
                Visit(item);
            }
        }
    }

    private RenderContext Scope(IReadOnlyDictionary<string, object?>? more) =>
        new(more is null ? clear : new OverlaidVariables(more, clear), host.Value, cancellationToken);
}

/// <summary>What all runs of a worker share.</summary>
internal sealed record RunServices
{
    public required ExpressionEngine Expressions { get; init; }
    public required ExpressionHostFactory ExpressionHost { get; init; }
    public required Kestra.Storage.Objects.IObjectStorage Objects { get; init; }
    public required Func<string, string, INamespaceKeyValues> KeyValues { get; init; }
    public required IServiceProvider PluginServices { get; init; }
    public required TimeProvider Time { get; init; }
    public required IIdSource Ids { get; init; }

    /// <summary>Null when the installation has no key.</summary>
    public ValueEncryption? Encryption { get; init; }

    /// <summary>Configuration of plugins by type, or by the beginning of their types.</summary>
    public IReadOnlyList<(string Type, IReadOnlyDictionary<string, object?> Values)> PluginConfigurations { get; init; } = [];

    /// <summary>Local folders that <c>file:///</c> addresses may read (<c>kestra.local-files.allowed-paths</c>).</summary>
    public IReadOnlyList<string> AllowedPaths { get; init; } = [];

    /// <summary>The configuration of one plugin: what is set for a longer beginning of its type goes before.</summary>
    public IReadOnlyDictionary<string, object?> ConfigurationOf(object plugin)
    {
        if (PluginConfigurations.Count == 0 || plugin.GetType().GetCustomAttribute<PluginAttribute>() is not { } named)
        {
            return EmptyVariables.Instance;
        }

        var merged = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (_, values) in PluginConfigurations.Where(entry => named.Type.StartsWith(entry.Type, StringComparison.Ordinal)).OrderBy(static entry => entry.Type.Length))
        {
            foreach (var (key, value) in values)
            {
                merged[key] = value;
            }
        }

        return merged;
    }
}

/// <summary>Makes the host of a run's expressions.</summary>
/// <param name="secretSeen">Called with each secret that an expression reads, before its value is used.</param>
public delegate IExpressionHost ExpressionHostFactory(string @namespace, string tenantId, string flowId, string? executionId, Action<string> secretSeen);
