namespace Kestra.Expressions;

/// <summary>The outside as expressions may reach it. A template that calls none of these is pure.</summary>
public interface IExpressionHost
{
    /// <summary>Value of a key of the key-value store.</summary>
    /// <param name="namespace">Null searches the flow's namespace and then its parents.</param>
    /// <exception cref="Exception">The key does not exist, or has expired.</exception>
    object? KeyValue(string key, string? @namespace, bool errorOnMissing);

    string Secret(string key, string? @namespace, string? subkey);

    /// <summary>A file of internal storage, of a namespace, or a local one, as text.</summary>
    string ReadFile(string path, string? @namespace);

    long FileSize(string path, string? @namespace);

    bool FileExists(string path, string? @namespace);

    /// <summary>Address of a file of the namespace.</summary>
    string FileUri(string path);

    /// <summary>Log entries of level ERROR of the current execution, as maps.</summary>
    IReadOnlyList<object?> ErrorLogs();

    /// <summary>The body of an answer, parsed by its content type.</summary>
    object? Http(ExpressionHttpRequest request);
}

/// <summary>A request of the function <c>http()</c>.</summary>
public sealed record ExpressionHttpRequest(
    string Uri,
    string Method,
    IReadOnlyDictionary<string, object?>? Query,
    object? Body,
    string ContentType,
    IReadOnlyDictionary<string, object?>? Headers,
    IReadOnlyDictionary<string, object?>? Options,
    string Accept);
