using System.Text;
using System.Text.Json;
using Kestra.Expressions;
using Kestra.Flows.Yaml;
using Kestra.Model.Json;
using Kestra.Model.Logs;
using Kestra.Storage.KeyValues;
using Kestra.Storage.Logs;
using Kestra.Storage.Objects;

namespace Kestra.Hosting.Expressions;

/// <summary>
/// The outside of one execution's expressions: its files, keys, secrets, logs and HTTP. Rendering is synchronous and runs on a
/// worker or beside the executor's loop, never on it, so waiting here holds nobody else up.
/// </summary>
/// <param name="secretSeen">Called with each secret before its value is used, so that logs can hide it.</param>
public sealed class StoredExpressionHost(ExpressionOutside outside, ExpressionPlace place, Action<string>? secretSeen, CancellationToken cancellationToken = default) : IExpressionHost
{
    private const int ErrorLogLimit = 1_000;

    private static readonly TimeSpan ErrorLogPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ErrorLogPause = TimeSpan.FromMilliseconds(100);

    private readonly ExpressionFiles files = new(outside, place);

    public object? KeyValue(string key, string? @namespace, bool errorOnMissing)
    {
        var searched = @namespace ?? place.Namespace;
        for (var candidate = searched; ;)
        {
            var found = Wait(new KeyValueStore(outside.Objects, place.TenantId, candidate, outside.Time).FindAsync(key, cancellationToken));
            if (found is not null)
            {
                return found.Value;
            }

            var dot = candidate.LastIndexOf('.');
            if (@namespace is not null || dot < 0)
            {
                return errorOnMissing ? throw new ExpressionException($"The key '{key}' does not exist in the namespace '{searched}'.") : null;
            }

            candidate = candidate[..dot];
        }
    }

    public string Secret(string key, string? @namespace, string? subkey)
    {
        if (!outside.Secrets.TryGetValue(key.ToUpperInvariant(), out var secret))
        {
            throw new ExpressionException($"Cannot find secret for key '{key}'.");
        }

        secretSeen?.Invoke(secret);
        if (subkey is null)
        {
            return secret;
        }

        var part = SubkeyOf(key, secret, subkey);
        secretSeen?.Invoke(part);
        return part;
    }

    public string ReadFile(string path, string? @namespace)
    {
        using var content = Open(path, @namespace);
        if (content.CanSeek && content.Length > outside.ReadLimit)
        {
            throw new ExpressionException($"The file '{path}' has {content.Length} bytes, more than the {outside.ReadLimit} that an expression may read.");
        }

        using var reader = new StreamReader(content, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    public long FileSize(string path, string? @namespace)
    {
        var (stored, local) = files.Locate(path, @namespace);
        return local is not null ? new FileInfo(local).Length : Wait(outside.Objects.AttributesAsync(place.TenantId, stored!, cancellationToken)).Size;
    }

    public bool FileExists(string path, string? @namespace)
    {
        var (stored, local) = files.Locate(path, @namespace);
        return local is not null ? File.Exists(local) : Wait(outside.Objects.ExistsAsync(place.TenantId, stored!, cancellationToken));
    }

    public string FileUri(string path) => StorageUri.Of($"{StoragePaths.NamespaceFiles(place.Namespace)}/{path.TrimStart('/')}");

    public IReadOnlyList<object?> ErrorLogs()
    {
        if (outside.Logs is not { } logs || place.ExecutionId is not { } execution)
        {
            throw new ExpressionException("The 'errorLogs' function can only be used in the Worker as it access logs from the database.");
        }

        // Lines of a task that failed a moment ago may still be on their way into the database.
        var began = outside.Time.GetTimestamp();
        while (true)
        {
            var found = Wait(logs.ReadExecutionAsync(place.TenantId, execution, new LogQuery(LogLevel.ERROR), 0, ErrorLogLimit, cancellationToken));
            if (found.Count > 0 || outside.Time.GetElapsedTime(began) > ErrorLogPatience)
            {
                return [.. found.Select(static line => (object?)AsMap(line.Entry))];
            }

            Wait(Task.Delay(ErrorLogPause, outside.Time, cancellationToken));
        }
    }

    public object? Http(ExpressionHttpRequest request)
    {
        using var message = ExpressionHttp.Build(request);
        HttpResponseMessage answer;
        try
        {
            answer = outside.Http.Send(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException error)
        {
            throw new ExpressionException($"Unable to execute HTTP request: {error.Message}", inner: error);
        }

        using (answer)
        {
            var text = ExpressionHttp.Text(answer, outside.ReadLimit);
            return answer.IsSuccessStatusCode
                ? Parse(text, answer.Content.Headers.ContentType?.MediaType)
                : throw new ExpressionException($"Unable to execute HTTP request: the answer is {(int)answer.StatusCode} {answer.ReasonPhrase}");
        }
    }

    private static object? Parse(string text, string? contentType)
    {
        try
        {
            return contentType switch
            {
                null or "text/plain" => text,
                _ when contentType.EndsWith("json", StringComparison.OrdinalIgnoreCase) => ValueOfJson(text),
                _ when contentType.EndsWith("yaml", StringComparison.OrdinalIgnoreCase) => YamlDocument.Parse(text).Root,
                _ when contentType.StartsWith("text/", StringComparison.OrdinalIgnoreCase) => text,
                _ => throw new ExpressionException($"Unsupported content type: {contentType}"),
            };
        }
        catch (Exception error) when (error is JsonException or YamlException)
        {
            throw new ExpressionException($"Couldn't parse the request body: {error.Message}", inner: error);
        }
    }

    private static object? ValueOfJson(string text)
    {
        using var document = JsonDocument.Parse(text, ModelJson.DocumentOptions);
        return ModelJson.ReadValue(document.RootElement);
    }

    private static OrderedDictionary<string, object?> AsMap(LogEntry entry) => new(StringComparer.Ordinal)
    {
        ["namespace"] = entry.Namespace,
        ["flowId"] = entry.FlowId,
        ["taskId"] = entry.TaskId,
        ["executionId"] = entry.ExecutionId,
        ["taskRunId"] = entry.TaskRunId,
        ["attemptNumber"] = entry.AttemptNumber,
        ["timestamp"] = entry.Timestamp,
        ["level"] = entry.Level.ToString(),
        ["thread"] = entry.Thread,
        ["message"] = entry.Message,
    };

    private static string SubkeyOf(string key, string secret, string subkey)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(secret);
        }
        catch (JsonException error)
        {
            throw new ExpressionException($"Failed to read secret sub-key '{subkey}' from secret '{key}'. Ensure the secret contains valid JSON value.", inner: error);
        }

        using (document)
        {
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(subkey, out var value)
                ? value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()
                : throw new ExpressionException($"Cannot find secret sub-key '{subkey}' in secret '{key}'.");
        }
    }

    private Stream Open(string path, string? @namespace)
    {
        var (stored, local) = files.Locate(path, @namespace);
        return local is not null
            ? new FileStream(local, FileMode.Open, FileAccess.Read, FileShare.Read)
            : Wait(outside.Objects.OpenAsync(place.TenantId, stored!, cancellationToken)).Content;
    }

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Wait(Task task) => task.GetAwaiter().GetResult();
}
