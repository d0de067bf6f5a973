using Kestra.Model.Executions;
using Kestra.Model.Identifiers;
using Kestra.Model.Logs;
using NodaTime;

namespace Kestra.Plugins;

/// <summary>What one run of a task or one evaluation of a trigger works with. Not shared between runs.</summary>
public interface IRunContext
{
    string TenantId { get; }
    string Namespace { get; }
    string FlowId { get; }
    int? FlowRevision { get; }

    /// <summary>Null in the evaluation of a trigger.</summary>
    string? ExecutionId { get; }

    /// <summary>Null in the evaluation of a trigger.</summary>
    TaskRun? TaskRun { get; }
    ExecutionKind? Kind { get; }

    /// <summary>The variable tree that expressions see; a view, read through its interfaces only.</summary>
    IReadOnlyDictionary<string, object?> Variables { get; }
    IRunLogger Logger { get; }
    IRunMetrics Metrics { get; }

    /// <summary>Created on first use, removed when the run ends.</summary>
    IWorkingDirectory WorkingDirectory { get; }

    /// <summary>Files of this run's execution and of its namespace in internal storage.</summary>
    IRunStorage Storage { get; }
    INamespaceKeyValues KeyValues(string? @namespace = null);

    /// <summary>Files of a namespace; null is the flow's own.</summary>
    INamespaceFiles NamespaceFiles(string? @namespace = null);
    TimeProvider Time { get; }
    IIdSource Ids { get; }

    /// <summary>Renders one text, with further variables beside those of the run.</summary>
    /// <exception cref="Exception">The expression is wrong or names something unknown.</exception>
    string? Render(string? text, IReadOnlyDictionary<string, object?>? more = null);

    /// <summary>Renders texts inside lists and maps (keys too), at any depth; other values stay.</summary>
    object? RenderValue(object? value, IReadOnlyDictionary<string, object?>? more = null);

    /// <summary>Renders to the value itself rather than to its text.</summary>
    object? RenderTyped(string? text, IReadOnlyDictionary<string, object?>? more = null);

    /// <summary>Encrypts a value with the key of the installation.</summary>
    /// <returns>The map that stands for the value in outputs.</returns>
    /// <exception cref="InvalidOperationException">The installation has no key; the message names the setting.</exception>
    IReadOnlyDictionary<string, object?> Protect(string text);

    /// <summary>A decrypted or configured secret that logs must mask.</summary>
    void MaskInLogs(string secret);

    /// <summary>Service of the host that a plugin of the product itself needs (for example the repository of executions for Count).</summary>
    /// <exception cref="InvalidOperationException">The host does not offer it to this plugin.</exception>
    T Service<T>() where T : class;

    /// <summary>The plugin's configuration (<c>kestra.plugins.configurations</c>), merged; empty when there is none.</summary>
    IReadOnlyDictionary<string, object?> PluginConfiguration { get; }

    /// <summary>The clock as an instant.</summary>
    Instant Now => Instant.FromDateTimeOffset(Time.GetUtcNow());
}

/// <summary>Writes the execution's log. Levels below the task's <c>logLevel</c> are dropped, secrets are masked, long messages are split.</summary>
public interface IRunLogger
{
    void Log(LogLevel level, string message);
    void Error(string message) => Log(LogLevel.ERROR, message);
    void Warn(string message) => Log(LogLevel.WARN, message);
    void Info(string message) => Log(LogLevel.INFO, message);
    void Debug(string message) => Log(LogLevel.DEBUG, message);
    void Trace(string message) => Log(LogLevel.TRACE, message);
}

public interface IRunMetrics
{
    void Counter(string name, double value, params ReadOnlySpan<KeyValuePair<string, string>> tags);
    void Timer(string name, Duration value, params ReadOnlySpan<KeyValuePair<string, string>> tags);
}

/// <summary>The folder of one run. Every path is checked to stay inside it.</summary>
public interface IWorkingDirectory
{
    /// <summary>Absolute path; creates the folder.</summary>
    string Path { get; }

    /// <summary>Absolute path of a relative one.</summary>
    /// <exception cref="ArgumentException">The path leaves the folder.</exception>
    string Resolve(string relative);

    /// <summary>A new empty file with a random name, in a temporary part of the folder.</summary>
    string CreateTempFile(string? extension = null);
}

/// <summary>Internal storage as a run may use it.</summary>
public interface IRunStorage
{
    /// <summary>Reads <c>kestra:///…</c>, <c>nsfile:///…</c> or an allowed <c>file:///…</c>.</summary>
    Task<Stream> OpenAsync(string uri, CancellationToken cancellationToken);

    /// <summary>Stores a file of this task run; the name defaults to a random number with the extension.</summary>
    /// <returns>The <c>kestra:///…</c> address.</returns>
    Task<string> PutFileAsync(string localPath, string? name = null, CancellationToken cancellationToken = default);

    Task<string> PutAsync(Stream content, string name, CancellationToken cancellationToken = default);
    Task<long> SizeAsync(string uri, CancellationToken cancellationToken);
    Task<bool> ExistsAsync(string uri, CancellationToken cancellationToken);
    Task<bool> DeleteAsync(string uri, CancellationToken cancellationToken);

    /// <summary>Deletes every file of the current execution.</summary>
    /// <returns>The addresses that were deleted.</returns>
    Task<IReadOnlyList<string>> DeleteExecutionFilesAsync(CancellationToken cancellationToken);

    /// <summary>All files below an address of internal storage, at any depth, in the order of the storage.</summary>
    IAsyncEnumerable<string> ListAsync(string uri, CancellationToken cancellationToken);

    /// <summary>Opens an archive that an earlier run of the same task, or of the same flow, left.</summary>
    /// <param name="cacheId">Names the cache within the flow; the task's own when it is the task's id.</param>
    /// <param name="objectId">Tells apart caches of one task, as the value of a loop does; null when there is one.</param>
    /// <returns>Null when there is none. The second part is when it was stored.</returns>
    Task<(Stream Content, Instant Stored)?> OpenCacheAsync(string cacheId, string? objectId, CancellationToken cancellationToken);

    /// <summary>Stores the archive for later runs.</summary>
    /// <returns>Its address.</returns>
    Task<string> PutCacheAsync(string cacheId, string? objectId, Stream content, CancellationToken cancellationToken);
}

/// <summary>The key-value store of one namespace.</summary>
public interface INamespaceKeyValues
{
    /// <summary>The value of a key.</summary>
    /// <returns>Null when the key does not exist, or its time is over.</returns>
    Task<FoundValue?> FindAsync(string key, CancellationToken cancellationToken);
    Task PutAsync(string key, object? value, string? description, Duration? timeToLive, bool overwrite, CancellationToken cancellationToken);
    Task<bool> DeleteAsync(string key, CancellationToken cancellationToken);
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Keys whose time is over; they are stored but no longer read.</summary>
    Task<IReadOnlyList<string>> ListExpiredAsync(CancellationToken cancellationToken);
}

/// <summary>A value of the key-value store; it may be null.</summary>
public sealed record FoundValue(object? Value);
