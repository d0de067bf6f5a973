namespace Kestra.Expressions;

/// <summary>The outside where there is none: no keys, no secrets, no files, no network. What an expression is tried with away from a server.</summary>
/// <param name="variables">Of the rendering; they name the flow.</param>
public sealed class DetachedHost(IReadOnlyDictionary<string, object?> variables) : IExpressionHost
{
    public object? KeyValue(string key, string? @namespace, bool errorOnMissing) => errorOnMissing
        ? throw new ExpressionException($"The key '{key}' does not exist in the namespace '{@namespace ?? Namespace}'.")
        : null;

    public string Secret(string key, string? @namespace, string? subkey) => throw new ExpressionException($"Cannot find secret for key '{key}'.");

    public string ReadFile(string path, string? @namespace) => throw NoFile(path, @namespace);

    public long FileSize(string path, string? @namespace) => throw NoFile(path, @namespace);

    public bool FileExists(string path, string? @namespace) => Refused(path, @namespace) is { } refusal ? throw refusal : false;

    public string FileUri(string path) => $"kestra:///{Namespace.Replace('.', '/')}/_files/{path.TrimStart('/')}";

    public IReadOnlyList<object?> ErrorLogs() => throw new ExpressionException("The 'errorLogs' function can only be used in the Worker as it access logs from the database.");

    public object? Http(ExpressionHttpRequest request) => throw new ExpressionException("Unable to execute HTTP request");

    private string Namespace => variables.GetValueOrDefault("flow") is IReadOnlyDictionary<string, object?> flow && flow.GetValueOrDefault("namespace") is string name ? name : "";

    private static ExpressionException NoFile(string path, string? @namespace) => Refused(path, @namespace) ?? new ExpressionException($"{path} (File not found)");

    private static ExpressionException? Refused(string path, string? @namespace)
    {
        var scheme = path.IndexOf(":/", StringComparison.Ordinal) is var end and > 0 ? path[..end] : null;
        return scheme switch
        {
            "file" => new ExpressionException($"The path {new Uri(path).AbsolutePath} is not authorized. Path must be allowed either globally inside the Kestra configuration using the `kestra.local-files.allowed-paths` property."),
            "nsfile" when @namespace is not null && !path.StartsWith("nsfile:///", StringComparison.Ordinal) => new ExpressionException("You cannot set a namespace both as the function argument and inside the URI"),
            null or "kestra" or "nsfile" => null,
            _ => new ExpressionException($"Cannot process the URI {path}: scheme not supported."),
        };
    }
}
